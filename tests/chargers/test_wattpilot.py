import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import pytest
from aiohttp import web as aiohttp_web

from custom_components.smart_charging.chargers.errors import (
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnfitError,
    ChargerUnreachableError,
    Unfit,
)
from custom_components.smart_charging.chargers.wattpilot import Wattpilot
from custom_components.smart_charging.chargers.wattpilot_key import make_key
from custom_components.smart_charging.engine.model.evse import EvState

from ..csms.conftest import until
from .device_bench import talking
from .emulators.wattpilot import PASSWORD, WattpilotEmulator
from .web_benches import wattpilot

type Pair = tuple[WattpilotEmulator, Wattpilot]
type Talk = Callable[..., AbstractAsyncContextManager[Pair]]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(WattpilotEmulator, wattpilot) as pair:
        yield pair


def talk(password: str = PASSWORD, **about: Any) -> AbstractAsyncContextManager[Pair]:
    """One that is otherwise than a Flex."""

    def emulate() -> WattpilotEmulator:
        emulator = WattpilotEmulator()
        for name, value in about.items():
            setattr(emulator, name, value)
        return emulator

    return talking(emulate, lambda emulator, session: wattpilot(emulator, session, password))


HOME = {"devicetype": "wattpilot", "secured": True}
FLEX = {"devicetype": "wattpilot_flex", "secured": True}


@pytest.mark.parametrize(
    "about",
    [
        {"kind": "pbkdf2", "hello": HOME, "challenge": {}},
        {"kind": "pbkdf2", "hello": FLEX, "challenge": {"hash": "pbkdf2"}},
        {"kind": "bcrypt", "hello": FLEX, "challenge": {}},
        {"kind": "bcrypt", "hello": HOME, "challenge": {"hash": "bcrypt"}},
        {"kind": "bcrypt", "hello": FLEX, "serial": "1234567890123456"},
    ],
    ids=["home", "flex with the older hash", "flex that does not say", "home with the newer hash", "long serial"],
)
async def test_it_is_signed_in_to_and_each_command_is_signed(about: dict[str, Any]) -> None:
    async with talk(**about) as (emulator, charger):
        assert (await charger.read()).state is EvState.A
        await charger.write(10, None)
        assert emulator.commands == [10]


def test_the_hashes_are_those_that_were_seen() -> None:
    """Worked out by wattpilot-api 1.6.0."""
    assert make_key("secret", "10000001", "pbkdf2") == b"szzG7F02eYsM1xPz/XD0d9jnCokAHoy6"
    assert make_key("secret", "10000001", "bcrypt") == b"myqGJ5ljB9gQOFbTjGBr1Hz3ZZQOgsK"


@pytest.mark.parametrize("secured", [False, 0])
async def test_one_that_wants_no_signature_gets_none(secured: object) -> None:
    async with talk(hello=HOME | {"secured": secured}, asks_for_password=False) as (emulator, charger):
        await charger.write(10, None)
        assert emulator.commands == [10]


async def test_a_wrong_password_is_not_taken_and_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with talk(password="moonlight") as (emulator, charger):
        for _ in range(2):
            with pytest.raises(ChargerUnfitError) as caught:
                await charger.read()
            assert (caught.value.unfit, caught.value.word) == (Unfit.KEY_REFUSED, "Wrong password")
        assert emulator.signed_in == 0
    assert "moonlight" not in caplog.text


@pytest.mark.parametrize(
    "about", [{"challenge": {"hash": "argon2"}}, {"serial": "12345678901234567"}, {"serial": "AB1"}]
)
async def test_a_hash_that_is_not_known_is_refused_in_clear_words(about: dict[str, Any]) -> None:
    async with talk(**about) as (_, charger):
        with pytest.raises(ChargerRefusedError, match="hashed in a way that is not known") as caught:
            await charger.read()
        assert caught.value.word in {"argon2", "bcrypt"}


async def test_one_without_a_serial_number_is_no_wattpilot() -> None:
    async with talk(serial="") as (_, charger):
        with pytest.raises(ChargerUnfitError) as caught:
            await charger.read()
        assert caught.value.unfit is Unfit.WRONG_DEVICE


@pytest.mark.parametrize(
    ("car", "state"),
    [
        (0, EvState.F),
        (1, EvState.A),
        (2, EvState.C),
        (3, EvState.B),
        (4, EvState.B),
        (5, EvState.F),
        (9, None),
        (None, None),
    ],
)
async def test_states(pair: Pair, car: int | None, state: EvState | None) -> None:
    emulator, charger = pair
    emulator.raw = {"car": car}
    assert (await charger.read()).state is state


async def test_what_it_tells(pair: Pair) -> None:
    emulator, charger = pair
    emulator.state, emulator.current_a, emulator.register_kwh = EvState.F, 9.5, 1002.5
    reading = await charger.read()
    assert (reading.power_w, reading.current_a) == (6555, (9.5, 9.5, 9.5))
    assert (reading.energy_kwh, reading.session_kwh) == (1002.5, 2.5)
    assert reading.fault == "error 8"
    assert reading.info is not None
    assert (reading.info.model, reading.info.firmware) == ("Wattpilot Flex Home 22 C6", "43.4")


async def test_an_older_one_tells_its_type_alone_and_no_power(pair: Pair) -> None:
    emulator, charger = pair
    emulator.raw = {"grp": "left out", "nrg": [230.0]}
    reading = await charger.read()
    assert reading.info is not None
    assert (reading.info.model, reading.power_w, reading.current_a) == ("wattpilot_flex", None, None)


@pytest.mark.parametrize("raw", [{"car": "left out"}, {"amp": "left out"}])
async def test_one_that_does_not_tell_its_limit_is_not_steered_blindly(pair: Pair, raw: dict[str, Any]) -> None:
    emulator, charger = pair
    emulator.raw = raw
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.WRONG_DEVICE


async def test_a_current_comes_before_what_lets_it_flow(pair: Pair) -> None:
    emulator, charger = pair
    emulator.lmo = 4
    await charger.write(0, None)
    await charger.write(9.9999999, None)
    assert emulator.told == ["frc=1", "amp=10", "lmo=3", "frc=0"]
    emulator.told.clear()
    await charger.write(16.9, None)
    assert emulator.told == ["amp=16"]


async def test_fewer_phases_come_first_and_more_of_them_last(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(16, 1)
    assert (await charger.read()).phases == 1
    await charger.write(10, None)
    assert (await charger.read()).phases is None
    assert emulator.told == ["psm=1", "amp=16", "amp=10", "psm=2"]


async def test_one_that_cannot_switch_its_phases(pair: Pair) -> None:
    emulator, charger = pair
    emulator.raw = {"psm": "left out"}
    await charger.read()
    assert not charger.capabilities.can_switch_phases
    await charger.write(10, 1)
    assert emulator.told == ["amp=10"]


@pytest.mark.parametrize("named", [True, False])
async def test_a_refusal_has_its_own_word(pair: Pair, *, named: bool) -> None:
    emulator, charger = pair
    emulator.names_refused = named
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.write(40, None)
    assert caught.value.word == "amp is not allowed"


async def test_a_change_in_its_app_is_told_by_itself(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    await emulator.set_by_somebody(13)

    async def tells() -> bool:
        return (await charger.read()).limit_a == 13

    async with asyncio.timeout(5):
        while not await tells():
            pass
    assert emulator.signed_in == 1


async def test_who_answers_no_ping_is_there_as_long_as_it_tells_anything(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    emulator.answers_pings = False
    reading = asyncio.create_task(charger.read())
    requests = emulator.requests
    await until(lambda: emulator.requests > requests)
    emulator.current_a = 7
    assert (await reading).power_w == pytest.approx(7 * 690)


async def test_a_silent_one_is_left_and_signed_in_to_anew(pair: Pair) -> None:
    """Its socket stays open: only that nothing comes tells that it is gone."""
    emulator, charger = pair
    await charger.read()
    emulator.silent = True
    for _ in range(2):
        with pytest.raises(ChargerSilentError):
            await charger.read()
    await until(lambda: emulator.talks == 0)
    emulator.silent = False
    emulator.state = EvState.C
    assert (await charger.read()).state is EvState.C
    assert emulator.signed_in == 2


async def test_a_connection_that_was_cut_is_made_anew(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(10, None)
    await emulator.stop()
    with pytest.raises(ChargerUnreachableError):
        await charger.read()
    await emulator.start()
    assert (await charger.read()).limit_a == 10


async def test_closing_leaves_nothing_behind(pair: Pair) -> None:
    emulator, charger = pair
    before = asyncio.all_tasks()
    await charger.close()
    await charger.read()
    await charger.close()
    await until(lambda: emulator.talks == 0)
    assert not [task for task in asyncio.all_tasks() - before if "Line" in task.get_coro().__qualname__]  # type: ignore[union-attr]


async def test_who_is_called_off_while_it_signs_in_leaves_no_connection(pair: Pair) -> None:
    emulator, charger = pair
    emulator.silent = True
    reading = asyncio.create_task(charger.read())
    await until(lambda: emulator._transports)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    emulator.ending.set()
    await until(lambda: not emulator._transports)


async def test_a_web_server_is_no_wattpilot() -> None:
    runner = aiohttp_web.AppRunner(aiohttp_web.Application())
    await runner.setup()
    await aiohttp_web.TCPSite(runner, "127.0.0.1", 0).start()
    emulator = WattpilotEmulator()
    emulator.port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ChargerUnfitError) as caught:
            await wattpilot(emulator, session).read()
    assert (caught.value.unfit, caught.value.word) == (Unfit.WRONG_DEVICE, "404")
    await runner.cleanup()
