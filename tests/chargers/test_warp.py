from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.smart_charging.chargers.errors import ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.warp import Warp
from custom_components.smart_charging.chargers.web import digest_auth
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.digest import Digest, response_to
from .emulators.warp import REALM, WarpEmulator

type Pair = tuple[WarpEmulator, Warp]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(WarpEmulator, lambda emulator, session: Warp(web(emulator, session))) as pair:
        yield pair


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_external_control_has_to_be_on(pair: Pair) -> None:
    emulator, warp = pair
    emulator.external_enabled = False
    with pytest.raises(ChargerUnfitError) as caught:
        await warp.read()
    assert caught.value.unfit is Unfit.API_OFF


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C, EvState.F])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, warp = pair
    emulator.state = state
    assert (await warp.read()).state is state


async def test_a_state_that_is_not_known_is_none(pair: Pair) -> None:
    emulator, warp = pair
    emulator.state = EvState.E
    assert (await warp.read()).state is None


async def test_phases_are_switched_where_it_allows(pair: Pair) -> None:
    emulator, warp = pair
    await warp.prepare(6)
    assert warp.capabilities.can_switch_phases
    await warp.write(10, 1)
    assert (emulator.phases, (await warp.read()).phases) == (1, 1)
    await warp.write(6, None)
    assert (emulator.phases, (await warp.read()).phases) == (3, None)


async def test_phases_are_left_alone_where_it_does_not(pair: Pair) -> None:
    emulator, warp = pair
    emulator.external_control = 1
    await warp.prepare(6)
    assert not warp.capabilities.can_switch_phases
    await warp.write(10, 1)
    assert emulator.phases == 3


async def test_one_without_a_meter_measures_nothing(pair: Pair) -> None:
    emulator, warp = pair
    emulator.has_meter = False
    await warp.prepare(6)
    reading = await warp.read()
    assert (reading.current_a, reading.power_w, reading.energy_kwh) == (None, None, None)


async def test_a_meter_that_was_changed_is_asked_anew_what_it_measures(pair: Pair) -> None:
    emulator, warp = pair
    await warp.prepare(6)
    emulator.value_ids = [1, 2, 3]
    assert (await warp.read()).power_w is None
    emulator.value_ids = [1, 2, 3, 13, 17, 21, 74, 209]
    await warp.read()
    assert (await warp.read()).energy_kwh == 1000


async def test_what_it_took_since_the_car_came(pair: Pair) -> None:
    emulator, warp = pair
    emulator.state, emulator.register_kwh = EvState.C, 1003
    await warp.prepare(6)
    assert (await warp.read()).session_kwh == 3


@pytest.mark.parametrize(("state", "released"), [(EvState.A, True), (EvState.B, False)])
async def test_a_charge_of_nobody_s_took_nothing_that_is_known(pair: Pair, state: EvState, released: bool) -> None:
    emulator, warp = pair
    emulator.state, emulator.released = state, released
    await warp.prepare(6)
    assert (await warp.read()).session_kwh is None


async def test_one_without_a_power_manager_cannot_switch_phases(pair: Pair) -> None:
    emulator, warp = pair
    emulator.missing = {"power_manager/state", "charge_tracker/current_charge"}
    await warp.prepare(6)
    assert not warp.capabilities.can_switch_phases
    assert (await warp.read()).session_kwh is None


@pytest.mark.parametrize("topic", ["power_manager/state", "meters/0/value_ids"])
async def test_what_cannot_be_read_is_not_taken_for_missing(pair: Pair, topic: str) -> None:
    emulator, warp = pair
    emulator.broken = {topic}
    with pytest.raises(ChargerUnfitError):
        await warp.prepare(6)


async def test_its_own_error_is_told(pair: Pair) -> None:
    emulator, warp = pair
    emulator.error_state = 4
    assert (await warp.read()).fault == "error 4"


async def test_milliamperes_are_rounded_down(pair: Pair) -> None:
    emulator, warp = pair
    await warp.write(10.1009, None)
    assert emulator.external_ma == 10100


@pytest.fixture
async def locked() -> AsyncIterator[WarpEmulator]:
    """One whose page asks for a password."""
    emulator = WarpEmulator()
    emulator.login = Digest(REALM, "warp", "drive: 9")
    await emulator.start()
    yield emulator
    await emulator.stop()


async def test_a_password_is_proved_and_never_sent(locked: WarpEmulator, session: aiohttp.ClientSession) -> None:
    warp = Warp(web(locked, session, login=digest_auth("warp", "drive: 9")))
    await warp.prepare(6)
    asked = locked.requests
    await warp.write(10, 1)
    assert (locked.limit_a, locked.phases, (await warp.read()).limit_a) == (10, 1, 10)
    # What it once asked for is told from then on without being asked for.
    assert locked.turned_away == 1 < locked.requests - asked


@pytest.mark.parametrize(
    ("user", "secret"), [("warp", "wrong"), ("somebody", "drive: 9"), ("warp:", "drive: 9"), ("", "")]
)
async def test_a_wrong_password_is_told(
    locked: WarpEmulator, session: aiohttp.ClientSession, user: str, secret: str
) -> None:
    warp = Warp(web(locked, session, login=digest_auth(user, secret)))
    for ask in (warp.read(), warp.prepare(6), warp.write(10, None)):
        with pytest.raises(ChargerUnfitError) as caught:
            await ask
        assert caught.value.unfit is Unfit.KEY_REFUSED
        assert "drive" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert locked.commands == []


async def test_a_password_is_not_missed_where_none_is_asked_for(session: aiohttp.ClientSession) -> None:
    emulator = WarpEmulator()
    await emulator.start()
    assert (await Warp(web(emulator, session, login=digest_auth("warp", "drive: 9"))).read()).state is EvState.A
    await emulator.stop()


def test_the_emulator_proves_a_password_as_the_rfc_does() -> None:
    """The example of RFC 2617, 3.5."""
    told = {
        "username": "Mufasa",
        "realm": "testrealm@host.com",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "uri": "/dir/index.html",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "0a4f113b",
    }
    assert response_to(told, "Circle Of Life", "GET") == "6629fae49393a05397450978507c4ef1"
