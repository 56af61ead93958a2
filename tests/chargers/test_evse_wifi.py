from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.smart_charging.chargers import evse_wifi
from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.evse_wifi import EvseWifi
from custom_components.smart_charging.engine.model.evse import EvState, WatchdogKind

from .device_bench import talking, web
from .emulators.evse_wifi import EvseWifiEmulator

type Pair = tuple[EvseWifiEmulator, EvseWifi]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(EvseWifiEmulator, lambda emulator, session: EvseWifi(web(emulator, session))) as pair:
        yield pair


@pytest.mark.parametrize(
    ("state", "told"),
    [(state, state) for state in (EvState.A, EvState.B, EvState.C, EvState.D, EvState.F)] + [(EvState.E, None)],
)
async def test_states(pair: Pair, state: EvState, told: EvState | None) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is told


async def test_its_remote_mode_has_to_be_on(pair: Pair) -> None:
    emulator, charger = pair
    emulator.always_active = False
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.API_OFF


@pytest.mark.parametrize("raw", [{"list": []}, {"list": [3]}, {"list": [{"uid": "1"}]}])
async def test_something_else_is_no_evse_wifi(pair: Pair, raw: dict[str, Any]) -> None:
    emulator, charger = pair
    emulator.raw = raw
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.WRONG_DEVICE


@pytest.mark.parametrize(("fine", "step_a", "limit_a"), [(True, 0.1, 10.7), (False, 1.0, 10)])
async def test_older_firmware_takes_whole_amperes(pair: Pair, fine: bool, step_a: float, limit_a: float) -> None:
    emulator, charger = pair
    emulator.fine = fine
    await charger.read()
    assert charger.capabilities.step_a == step_a
    await charger.write(10.7, None)
    assert emulator.limit_a == limit_a
    assert (await charger.read()).limit_a == pytest.approx(limit_a)


async def test_one_without_a_meter_measures_nothing(pair: Pair) -> None:
    emulator, charger = pair
    emulator.use_meter = False
    reading = await charger.read()
    assert (reading.current_a, reading.power_w, reading.energy_kwh) == (None, None, None)


async def test_a_refusal_has_its_own_word(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    emulator.refusing = True
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.write(10, None)
    assert caught.value.word.startswith("E0_")


@pytest.mark.parametrize("fine", [True, False])
async def test_less_than_it_can_offer_is_a_pause(pair: Pair, fine: bool) -> None:
    """It takes 5.9 A in hundredths for more than it can, and offers its most."""
    emulator, charger = pair
    emulator.fine = fine
    await charger.read()
    await charger.write(5.9, None)
    assert emulator.commands == [0]


async def test_in_its_remote_mode_it_pauses_when_nobody_asks(pair: Pair) -> None:
    emulator, charger = pair
    emulator.mode = "remote"
    assert await charger.prepare(6)
    assert charger.capabilities.watchdog.kind is WatchdogKind.TRAFFIC
    assert charger.capabilities.watchdog.certain_after_s is None
    await charger.read()
    await charger.write(10, None)
    await emulator.fallen_back()
    assert emulator.limit_a == 0


@pytest.fixture
async def slept(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """It was told 16 A, and paused since as nobody asked."""
    monkeypatch.setattr(evse_wifi, "WAKES_S", 0)
    emulator, charger = pair
    emulator.mode = "remote"
    await charger.prepare(6)
    await charger.write(16, None)
    await emulator.fallen_back()
    charger._asked_at = float("-inf")
    return pair


async def test_of_one_that_may_wake_up_nobody_knows_what_it_is_going_to_offer(slept: Pair) -> None:
    _, charger = slept
    assert [(await charger.read()).limit_a, (await charger.read()).limit_a] == [None, 16]


async def test_one_that_wakes_up_does_not_forget_what_it_is_told_then(slept: Pair) -> None:
    emulator, charger = slept
    await charger.write(6, None)
    assert (emulator.limit_a, (await charger.read()).limit_a) == (6, 6)


@pytest.mark.parametrize("mode", ["alwaysActive", None])
async def test_in_another_mode_the_last_current_stays(pair: Pair, mode: str | None) -> None:
    emulator, charger = pair
    emulator.mode = mode
    assert await charger.prepare(6)
    assert charger.capabilities.watchdog.kind is WatchdogKind.NONE


async def test_what_its_mode_is_may_not_be_readable(pair: Pair) -> None:
    emulator, charger = pair
    emulator.garbage = b"?"
    with pytest.raises(ChargerUnfitError):
        await charger.prepare(6)
