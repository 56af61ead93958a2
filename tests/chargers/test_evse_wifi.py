from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.evse_wifi import EvseWifi
from custom_components.smart_charging.engine.model.evse import EvState

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
    _, charger = pair
    await charger.read()
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.write(20, None)
    assert caught.value.word.startswith("E1_")
