from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.salia import Salia
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.salia import SaliaEmulator

type Pair = tuple[SaliaEmulator, Salia]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(SaliaEmulator, lambda emulator, session: Salia(web(emulator, session))) as pair:
        yield pair


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C, EvState.D, EvState.E, EvState.F])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is state


@pytest.mark.parametrize(("told", "state"), [("C2", EvState.C), ("B1", EvState.B), ("?", None)])
async def test_a_state_may_have_a_number(pair: Pair, told: str, state: EvState | None) -> None:
    emulator, charger = pair
    emulator.status = told
    assert (await charger.read()).state is state


async def test_its_predecessor_is_told_from_it(pair: Pair) -> None:
    emulator, charger = pair
    emulator.status = ""
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.WRONG_DEVICE


@pytest.mark.parametrize("version", ["1.37.0", "2.0.0", "2.3.12", "2.3.64", "2.5.0-beta"])
async def test_commands_go_where_its_firmware_takes_them(pair: Pair, version: str) -> None:
    emulator, charger = pair
    emulator.version = version
    await charger.read()
    await charger.write(10.9, None)
    assert emulator.limit == 10


@pytest.mark.parametrize("version", ["1.50.0", "2.0.0", "2.3.81"])
@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C])
async def test_what_it_was_told_is_what_it_offers(pair: Pair, version: str, state: EvState) -> None:
    emulator, charger = pair
    emulator.version, emulator.state = version, state
    await charger.read()
    await charger.write(10, None)
    assert (await charger.read()).limit_a == 10


async def test_what_a_limit_of_its_own_leaves_is_what_it_offers(pair: Pair) -> None:
    emulator, charger = pair
    emulator.version, emulator.state, emulator.most_a = "2.3.81", EvState.C, 8
    await charger.read()
    await charger.write(10, None)
    assert (await charger.read()).limit_a == 8


async def test_it_leaves_its_own_mode_with_the_current_that_it_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.mode = "eco"
    await charger.read()
    await charger.write(8, None)
    assert (emulator.mode, emulator.limit) == ("manual", 8)


async def test_a_pause(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    await charger.write(0, None)
    assert emulator.paused == 1
    assert (await charger.read()).limit_a == 0
    await charger.write(6, None)
    assert emulator.paused == 0


async def test_older_firmware_pauses_by_the_current_alone(pair: Pair) -> None:
    emulator, charger = pair
    emulator.has_pause = False
    await charger.read()
    await charger.write(0, None)
    assert (emulator.paused, emulator.limit) == (0, 0)


async def test_phases_are_toggled_only_where_they_are_others(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    assert charger.capabilities.can_switch_phases
    await charger.write(10, 1)
    assert (emulator.phases, emulator.toggles, (await charger.read()).phases) == (1, 1, 1)
    # Somebody else did it meanwhile.
    emulator.phase_switching = emulator.phases = 3
    await charger.write(10, None)
    assert (emulator.phases, emulator.toggles) == (3, 1)
    await charger.write(10, None)
    assert emulator.toggles == 1


async def test_one_that_cannot_switch_is_not_told_to(pair: Pair) -> None:
    emulator, charger = pair
    emulator.phase_switching = 0
    await charger.read()
    assert not charger.capabilities.can_switch_phases
    await charger.write(10, 1)
    assert emulator.toggles == 0


async def test_one_without_a_meter_measures_nothing(pair: Pair) -> None:
    emulator, charger = pair
    emulator.has_meter = False
    reading = await charger.read()
    assert (reading.current_a, reading.power_w, reading.energy_kwh) == (None, None, None)


async def test_a_sign_of_life_that_is_refused_is_told(pair: Pair) -> None:
    emulator, charger = pair
    await charger.keep_alive()
    emulator.refusing = True
    with pytest.raises(ChargerRefusedError):
        await charger.keep_alive()
