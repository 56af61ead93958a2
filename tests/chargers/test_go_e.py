from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.go_e import GoE
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.go_e import GoEEmulator

type Pair = tuple[GoEEmulator, GoE]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(GoEEmulator, lambda emulator, session: GoE(web(emulator, session))) as pair:
        yield pair


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C, EvState.F])
async def test_states(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.state = state
    assert (await charger.read()).state is state


@pytest.mark.parametrize("car", [None, 6])
async def test_one_that_does_not_know_its_car_is_a_go_e_all_the_same(pair: Pair, car: int | None) -> None:
    emulator, charger = pair
    emulator.raw = {"car": car}
    reading = await charger.read()
    assert (reading.state, reading.limit_a) == (None, 6)


@pytest.mark.parametrize("raw", [{"car": 2, "err": None}, {"car": 2, "nrg": None}, {"car": 2, "nrg": [230]}])
async def test_what_it_does_not_know_is_unknown(pair: Pair, raw: dict[str, Any]) -> None:
    emulator, charger = pair
    emulator.raw = raw
    reading = await charger.read()
    assert (reading.state, reading.fault) == (EvState.C, None)


async def test_its_own_error_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.state = EvState.F
    assert (await charger.read()).fault == "error 8"


async def test_its_api_has_to_be_on(pair: Pair) -> None:
    emulator, charger = pair
    emulator.api_on = False
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.API_OFF


@pytest.mark.parametrize("garbage", [b"<html>", b"{}"])
async def test_something_else_is_no_go_e(pair: Pair, garbage: bytes) -> None:
    emulator, charger = pair
    emulator.garbage = garbage
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.WRONG_DEVICE


async def test_phases_are_switched_only_where_they_are_others(pair: Pair) -> None:
    emulator, charger = pair
    await charger.read()
    assert charger.capabilities.can_switch_phases
    await charger.write(10.9, 1)
    assert (emulator.amp, emulator.psm, (await charger.read()).phases) == (10, 1, 1)
    await charger.write(6, None)
    assert (emulator.amp, emulator.psm, (await charger.read()).phases) == (6, 2, None)
    asked = emulator.requests
    await charger.write(8, None)
    assert emulator.requests == asked + 1


async def test_a_current_for_one_phase_never_comes_upon_three(pair: Pair) -> None:
    emulator, charger = pair
    emulator.stuck = {"psm"}
    await charger.read()
    with pytest.raises(ChargerRefusedError):
        await charger.write(16, 1)
    assert (emulator.amp, emulator.psm) == (6, 2)


async def test_three_phases_never_come_upon_the_current_of_one(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(16, 1)
    emulator.stuck = {"amp"}
    with pytest.raises(ChargerRefusedError):
        await charger.write(6, None)
    assert (emulator.amp, emulator.psm) == (16, 1)


async def test_a_model_without_a_key_is_read_and_steered_without_it(pair: Pair) -> None:
    emulator, charger = pair
    emulator.missing = {"psm", "wh"}
    reading = await charger.read()
    assert (reading.limit_a, reading.energy_kwh, reading.session_kwh) == (6, 1000, None)
    assert not charger.capabilities.can_switch_phases
    await charger.write(10, 1)
    assert emulator.amp == 10


async def test_a_refusal_has_its_own_word(pair: Pair) -> None:
    emulator, charger = pair
    emulator.refusing = True
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.write(10, None)
    assert caught.value.word.startswith("amp: tried to set")


async def test_a_pause_holds_until_the_next_current(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(0, None)
    assert (emulator.frc, (await charger.read()).limit_a) == (1, 0)
    await charger.write(8, None)
    assert (emulator.frc, (await charger.read()).limit_a) == (0, 8)
