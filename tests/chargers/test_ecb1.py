from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.ecb1 import Ecb1
from custom_components.smart_charging.chargers.errors import ChargerUnfitError, Unfit
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.ecb1 import Ecb1Emulator

type Pair = tuple[Ecb1Emulator, Ecb1]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(Ecb1Emulator, lambda emulator, session: Ecb1(web(emulator, session))) as pair:
        yield pair


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is state


async def test_a_state_that_is_missing_is_unknown(pair: Pair) -> None:
    emulator, charger = pair
    emulator.raw = {"connected": None}
    assert (await charger.read()).state is None


async def test_its_successor_is_told_from_it(pair: Pair) -> None:
    emulator, charger = pair
    emulator.letter = ""
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.WRONG_DEVICE


async def test_in_another_mode_what_it_offers_is_unknown_until_it_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.mode = "eco"
    assert (await charger.read()).limit_a is None
    await charger.write(10.7, None)
    assert emulator.mode == "manual"
    assert (await charger.read()).limit_a == 10


async def test_a_current_of_0_is_no_pause(pair: Pair) -> None:
    emulator, charger = pair
    emulator.state, emulator.manual_amp = EvState.C, 0
    assert (await charger.read()).limit_a == 6


async def test_a_stop_says_nothing_of_the_car(pair: Pair) -> None:
    emulator, charger = pair
    emulator.stopped = True
    for state in (EvState.A, EvState.B):
        emulator.state = state
        assert (await charger.read()).state is state


async def test_a_stop_holds_until_the_next_current(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(0, None)
    assert (await charger.read()).limit_a == 0
    await charger.write(8, None)
    assert (await charger.read()).limit_a == 8
    assert emulator.commands == [0, 8]
