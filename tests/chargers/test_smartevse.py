from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.smartevse import SmartEvse
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.smartevse import SmartEvseEmulator

type Pair = tuple[SmartEvseEmulator, SmartEvse]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(SmartEvseEmulator, lambda emulator, session: SmartEvse(web(emulator, session))) as pair:
        yield pair


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C, EvState.D])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is state


@pytest.mark.parametrize("raw", [{"evse": None}, {"settings": 5}])
async def test_something_else_is_no_smartevse(pair: Pair, raw: dict[str, Any]) -> None:
    emulator, charger = pair
    emulator.raw = raw
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.WRONG_DEVICE


@pytest.mark.parametrize("raw", [{"car_connected": "perhaps"}, {"mode_id": None}, {"ev_meter": 3}])
async def test_what_is_missing_is_unknown(pair: Pair, raw: dict[str, Any]) -> None:
    emulator, charger = pair
    emulator.raw = raw
    reading = await charger.read()
    assert None in {reading.state, reading.limit_a, reading.power_w}


async def test_one_without_a_meter_measures_nothing(pair: Pair) -> None:
    emulator, charger = pair
    emulator.meter = "Disabled"
    reading = await charger.read()
    assert (reading.current_a, reading.power_w, reading.energy_kwh) == (None, None, None)


async def test_older_firmware_tells_kilowatt_hours(pair: Pair) -> None:
    emulator, charger = pair
    emulator.tells_wh = False
    assert (await charger.read()).energy_kwh == 1000


async def test_without_an_override_it_may_offer_all_that_it_has(pair: Pair) -> None:
    emulator, charger = pair
    emulator.override_ma100 = 0
    assert (await charger.read()).limit_a == 16


async def test_firmware_without_a_pause_is_switched_off(pair: Pair) -> None:
    emulator, charger = pair
    emulator.knows_pause = False
    await charger.write(0, None)
    assert emulator.mode_id == 0
    assert (await charger.read()).limit_a == 0


async def test_it_leaves_its_own_solar_mode_with_the_current_that_it_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.mode_id = 2
    await charger.write(8.36, None)
    assert (emulator.mode_id, emulator.override_ma100) == (1, 83)


async def test_a_current_beyond_its_own_is_refused(pair: Pair) -> None:
    _, charger = pair
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.write(32, None)
    assert caught.value.word == "Value not allowed!"


async def test_phases_are_switched_by_the_second_contactor(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    assert charger.capabilities.can_switch_phases
    await charger.write(10, 1)
    assert (emulator.c2, (await charger.read()).phases) == ("1", 1)
    await charger.write(10, None)
    assert (emulator.c2, (await charger.read()).phases) == ("3", None)


async def test_without_a_second_contactor_there_is_nothing_to_switch(pair: Pair) -> None:
    emulator, charger = pair
    emulator.c2 = "0"
    await charger.read()
    assert not charger.capabilities.can_switch_phases
    await charger.write(10, 1)
    assert emulator.c2 == "0"


async def test_only_faults_are_faults(pair: Pair) -> None:
    emulator, charger = pair
    emulator.error_id = 1
    assert (await charger.read()).fault is None
    emulator.error_id = 4
    assert (await charger.read()).fault == "Temperature"
