from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.peblar import Peblar
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.peblar import TOKEN, PeblarEmulator

type Pair = tuple[PeblarEmulator, Peblar]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(
        PeblarEmulator, lambda emulator, session: Peblar(web(emulator, session, headers={"Authorization": TOKEN}))
    ) as pair:
        yield pair


async def refused(charger: Peblar) -> Unfit:
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    return caught.value.unfit


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C, EvState.D, EvState.E, EvState.F])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is state


async def test_a_state_that_it_does_not_know_is_none(pair: Pair) -> None:
    emulator, charger = pair
    emulator.cp_state = "State Invalid"
    assert (await charger.read()).state is None


async def test_a_wrong_token_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.token = "another"
    assert await refused(charger) is Unfit.KEY_REFUSED
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.write(10, None)
    assert caught.value.unfit is Unfit.KEY_REFUSED


async def test_an_api_that_is_off_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.api_on = False
    assert await refused(charger) is Unfit.API_OFF


async def test_an_api_for_reading_only_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.may_write = False
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.write(10, None)
    assert caught.value.unfit is Unfit.API_OFF


async def test_something_else_is_no_peblar(pair: Pair) -> None:
    emulator, charger = pair
    emulator.cp_state = ""
    assert await refused(charger) is Unfit.WRONG_DEVICE


async def test_a_refusal_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.refusing = True
    with pytest.raises(ChargerRefusedError):
        await charger.write(10, None)


async def test_phases_are_switched_where_that_is_allowed(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    await charger.write(10, 1)
    assert (emulator.phases, (await charger.read()).phases) == (1, 1)


async def test_phases_are_left_alone_where_it_is_not(pair: Pair) -> None:
    emulator, charger = pair
    emulator.force_allowed = False
    await charger.read()
    assert not charger.capabilities.can_switch_phases
    await charger.write(10, 1)
    assert not emulator.force_1_phase


async def test_only_its_own_phases_are_measured(pair: Pair) -> None:
    emulator, charger = pair
    emulator.phase_count, emulator.current_a = 1, 8
    assert (await charger.read()).current_a == (8,)


async def test_less_than_6_a_is_a_pause(pair: Pair) -> None:
    emulator, charger = pair
    emulator.limit_ma = 5999
    assert (await charger.read()).limit_a == 0


async def test_its_own_errors_are_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.errors = [12, 3]
    assert (await charger.read()).fault == "12 3"
