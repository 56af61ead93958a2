from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.v2c import Trydan
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.v2c import TrydanEmulator

type Pair = tuple[TrydanEmulator, Trydan]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(TrydanEmulator, lambda emulator, session: Trydan(web(emulator, session))) as pair:
        yield pair


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (EvState.A, EvState.A),
        (EvState.B, EvState.B),
        (EvState.C, EvState.C),
        (EvState.F, EvState.F),
        (EvState.E, None),
    ],
)
async def test_states(pair: Pair, state: EvState, told: EvState | None) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is told


async def test_one_that_is_paused_does_not_charge_though_it_says_so(pair: Pair) -> None:
    emulator, charger = pair
    emulator.state = EvState.C
    await charger.write(0, None)
    reading = await charger.read()
    assert (reading.state, reading.limit_a) == (EvState.B, 0)


async def test_its_own_control_is_paused_after_the_current_was_set(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    await charger.write(10.9, None)
    assert (emulator.keys["PauseDynamic"], emulator.keys["Intensity"]) == (1, 10)


async def test_phases_are_switched(pair: Pair) -> None:
    emulator, charger = pair
    before = charger.capabilities
    await charger.read()
    assert (before.can_switch_phases, charger.capabilities.can_switch_phases) == (False, True)
    await charger.write(10, 1)
    assert (emulator.phases, (await charger.read()).phases) == (1, 1)
    await charger.write(10, None)
    assert (emulator.phases, (await charger.read()).phases) == (3, None)


async def test_a_lock_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.keys["Locked"] = 1
    assert (await charger.read()).fault == "it is locked"


async def test_something_else_is_no_trydan(pair: Pair) -> None:
    emulator, charger = pair
    emulator.keys["Intensity"] = None
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.WRONG_DEVICE


async def test_what_it_does_not_take_is_a_refusal(pair: Pair) -> None:
    _, charger = pair
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.write(40, None)
    assert caught.value.word == "ERROR"
