from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.openevse import OpenEvse
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.openevse import OpenEvseEmulator

type Pair = tuple[OpenEvseEmulator, OpenEvse]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(OpenEvseEmulator, lambda emulator, session: OpenEvse(web(emulator, session))) as pair:
        yield pair


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C, EvState.D, EvState.F])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is state


@pytest.mark.parametrize(
    ("told", "vehicle", "state"),
    [(254, True, EvState.A), (255, False, None), (2, False, EvState.B), (12, True, None)],
)
async def test_one_that_sleeps_is_the_same_with_a_car_and_without(
    pair: Pair, told: int, vehicle: bool, state: EvState | None
) -> None:
    emulator, charger = pair
    emulator.raw_state, emulator.tells_vehicle = told, vehicle
    assert (await charger.read()).state is state


async def test_a_fault_is_told_in_words(pair: Pair) -> None:
    emulator, charger = pair
    emulator.state = EvState.F
    assert (await charger.read()).fault == "no ground"


async def test_a_pause_with_a_car(pair: Pair) -> None:
    emulator, charger = pair
    emulator.state = EvState.B
    await charger.write(0, None)
    reading = await charger.read()
    assert (reading.state, reading.limit_a) == (EvState.B, 0)


async def test_an_override_ends_by_itself_when_the_car_leaves(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(10.9, None)
    assert emulator.manual == {"state": "active", "charge_current": 10, "max_current": 10, "auto_release": True}


async def test_one_phase_is_one_current(pair: Pair) -> None:
    emulator, charger = pair
    emulator.three_phase, emulator.current_a = False, 7
    await charger.prepare(6)
    assert (await charger.read()).current_a == (7,)


async def test_firmware_before_version_4_has_no_override() -> None:
    def old() -> OpenEvseEmulator:
        emulator = OpenEvseEmulator()
        emulator.old = True
        return emulator

    async with talking(old, lambda emulator, session: OpenEvse(web(emulator, session))) as (_, charger):
        with pytest.raises(ChargerUnfitError) as caught:
            await charger.write(10, None)
    assert caught.value.unfit is Unfit.FIRMWARE_TOO_OLD
