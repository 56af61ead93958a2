import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.smart_charging.chargers.errors import (
    ChargerRefusedError,
    ChargerSilentError,
    ChargerUnfitError,
    ChargerUnreachableError,
    Unfit,
)
from custom_components.smart_charging.chargers.keba import Keba
from custom_components.smart_charging.chargers.keba_line import _LISTENERS, Line
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking
from .emulators.keba import KebaEmulator
from .web_benches import keba

type Pair = tuple[KebaEmulator, Keba]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(KebaEmulator, keba) as pair:
        yield pair


@pytest.mark.parametrize(
    ("state", "told"),
    [(EvState.A, EvState.A), (EvState.B, EvState.B), (EvState.C, EvState.C), (EvState.F, EvState.F), (EvState.E, None)],
)
async def test_states(pair: Pair, state: EvState, told: EvState | None) -> None:
    emulator, charger = pair
    emulator.state = state
    reading = await charger.read()
    assert reading.state is told
    assert reading.fault == ("error 8 6" if state is EvState.F else None)


@pytest.mark.parametrize(
    ("raw", "limit_a"),
    [
        ({"Enable user": 0}, 0),
        ({"Curr user": 63000}, 32),
        ({"Curr user": 63000, "Curr HW": 0}, 63),
        ({"Curr user": None}, None),
    ],
)
async def test_what_it_offers(pair: Pair, raw: dict[str, Any], limit_a: float | None) -> None:
    emulator, charger = pair
    emulator.raw = raw
    assert (await charger.read()).limit_a == limit_a


async def test_its_failsafe_current_is_armed_once_and_not_kept_for_ever(pair: Pair) -> None:
    emulator, charger = pair
    assert await charger.prepare(8)
    assert await charger.prepare(8)
    assert [told for told in emulator.told if told.startswith("failsafe")] == ["failsafe 60 8000 0"]


async def test_firmware_without_a_failsafe_current_says_so(pair: Pair) -> None:
    emulator, charger = pair
    emulator.knows_failsafe = False
    assert not await charger.prepare(6)


async def test_something_else_is_no_keba(pair: Pair) -> None:
    emulator, charger = pair
    emulator.product = ""
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.prepare(6)
    assert caught.value.unfit is Unfit.WRONG_DEVICE


@pytest.mark.parametrize("product", ["KC-P30-EC220112-000-DE", "KC-P20-ES240001-000"])
async def test_one_without_a_meter_measures_nothing(pair: Pair, product: str) -> None:
    emulator, charger = pair
    emulator.product = product
    await charger.prepare(6)
    reading = await charger.read()
    assert (reading.current_a, reading.power_w, reading.energy_kwh) == (None, None, None)


async def test_one_that_fell_back_is_seen_and_enabled_again(pair: Pair) -> None:
    emulator, charger = pair
    await charger.prepare(6)
    await charger.write(16, None)
    assert "ena 1" not in emulator.told
    await emulator.fallen_back()
    assert (await charger.read()).limit_a == 6
    await charger.write(10, None)
    assert emulator.told[-2:] == ["currtime 10000 1", "ena 1"]
    assert emulator.limit_a == 10


async def test_it_is_paused_by_disabling_it_and_a_current_alone_does_not_resume_it(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(10, None)
    await charger.write(0, None)
    assert (emulator.limit_a, (await charger.read()).limit_a) == (0, 0)
    await charger.write(8, None)
    assert emulator.told[-2:] == ["currtime 8000 1", "ena 1"]
    assert (emulator.limit_a, (await charger.read()).limit_a) == (8, 8)


async def test_one_that_is_paused_at_its_failsafe_current_did_not_fall_back(pair: Pair) -> None:
    _, charger = pair
    await charger.prepare(6)
    await charger.write(6, None)
    await charger.write(0, None)
    assert (await charger.read()).limit_a == 0


async def test_an_old_one_keeps_each_current_in_its_lasting_memory_so_it_gets_few(pair: Pair) -> None:
    emulator, charger = pair
    emulator.product, emulator.knows_currtime = "KC-P20-EC240422-E00", False
    await charger.prepare(6)
    assert charger.capabilities.write_interval_s == 0
    await charger.write(10, None)
    await charger.write(12, None)
    assert [told for told in emulator.told if told.startswith("curr")] == [
        "currtime 10000 1",
        "curr 10000",
        "curr 12000",
    ]
    assert emulator.limit_a == 12
    assert charger.capabilities.write_interval_s == 60


async def test_a_newer_one_that_refuses_is_not_written_to_for_good(pair: Pair) -> None:
    emulator, charger = pair
    emulator.knows_currtime = False
    await charger.prepare(6)
    with pytest.raises(ChargerRefusedError):
        await charger.write(10, None)
    assert "curr 10000" not in emulator.told


async def test_milliamperes_are_rounded_down(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(10.1009, None)
    assert emulator.user_ma == 10100


async def test_a_refusal_has_its_own_word(pair: Pair) -> None:
    _, charger = pair
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.write(70, None)
    assert caught.value.word == "TCH-ERR :unknown"


async def test_one_socket_hears_all_of_them() -> None:
    async with talking(KebaEmulator, keba) as (one, first):

        def neighbour() -> KebaEmulator:
            return KebaEmulator("127.0.0.2", one.answer_port)

        async with talking(neighbour, keba) as (other, second):
            one.state, other.state = EvState.B, EvState.C
            readings = await asyncio.gather(first.read(), second.read())
            assert [reading.state for reading in readings] == [EvState.B, EvState.C]
            assert len(_LISTENERS) == 1
        # The other one still hears.
        assert (await first.read()).state is EvState.B
    assert not _LISTENERS


async def test_a_port_that_something_else_uses_is_told() -> None:
    async with talking(KebaEmulator, keba) as (emulator, _):
        taken = Keba(Line("127.0.0.1", emulator.port, answer_port=emulator.port, hurry=0.2))
        with pytest.raises(ChargerUnreachableError):
            await taken.read()
        await taken.close()
    assert not _LISTENERS


async def test_an_address_that_is_none_is_told() -> None:
    charger = Keba(Line("2001:db8::1", hurry=0.2))
    with pytest.raises(ChargerUnreachableError):
        await charger.read()
    await charger.close()
    assert not _LISTENERS


async def test_more_than_it_was_asked_for_is_dropped(pair: Pair) -> None:
    emulator, charger = pair
    emulator.silent = True
    with pytest.raises(ChargerSilentError):
        await charger.read()
    for _ in range(100):
        charger._line._hear("chatter")
    emulator.silent = False
    assert (await charger.read()).state is EvState.A
