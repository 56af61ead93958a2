from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.nrgkick import NrgKick
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.nrgkick import AUTH, NrgKickEmulator

type Pair = tuple[NrgKickEmulator, NrgKick]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(
        NrgKickEmulator, lambda emulator, session: NrgKick(web(emulator, session, headers=AUTH))
    ) as pair:
        yield pair


async def refused(charger: NrgKick) -> Unfit:
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    return caught.value.unfit


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C, EvState.F])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is state


async def test_a_state_that_it_does_not_know_is_none(pair: Pair) -> None:
    emulator, charger = pair
    emulator.state = EvState.E
    assert (await charger.read()).state is None


async def test_a_wrong_password_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.authorization = "Basic YW5vdGhlcg=="
    assert await refused(charger) is Unfit.KEY_REFUSED


async def test_an_api_that_is_off_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.api_on = False
    assert await refused(charger) is Unfit.API_OFF


async def test_something_else_is_no_nrgkick(pair: Pair) -> None:
    emulator, charger = pair
    emulator.hidden = {"general"}
    assert await refused(charger) is Unfit.WRONG_DEVICE


async def test_a_refusal_in_an_answer_is_told(pair: Pair) -> None:
    _, charger = pair
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.write(40, None)
    assert caught.value.word == "Current out of range"


async def test_a_pause_ends_after_the_current_was_set(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    await charger.write(0, None)
    assert emulator.charge_pause == 1
    await charger.write(10.19, None)
    assert (emulator.charge_pause, emulator.current_set) == (0, 10.1)


async def test_phases_are_switched(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    await charger.write(10, 1)
    assert (emulator.phase_count, (await charger.read()).phases) == (1, 1)
    await charger.write(10, None)
    assert (emulator.phase_count, (await charger.read()).phases) == (3, None)


async def test_an_adapter_for_one_phase_is_all_that_it_has(pair: Pair) -> None:
    emulator, charger = pair
    emulator.connector_phases, emulator.phase_count, emulator.current_a = 1, 1, 7
    await charger.prepare(6)
    reading = await charger.read()
    assert (reading.current_a, reading.phases) == ((7,), None)


async def test_what_it_does_not_measure_is_unknown(pair: Pair) -> None:
    emulator, charger = pair
    emulator.hidden = {"powerflow", "energy"}
    reading = await charger.read()
    assert (reading.current_a, reading.power_w, reading.energy_kwh) == (None, None, None)


async def test_its_own_error_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.error_code = 9
    assert (await charger.read()).fault == "error 9"
