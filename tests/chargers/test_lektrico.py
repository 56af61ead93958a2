from collections.abc import AsyncIterator

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.lektrico import Lektrico
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.lektrico import LektricoEmulator

type Pair = tuple[LektricoEmulator, Lektrico]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(LektricoEmulator, lambda emulator, session: Lektrico(web(emulator, session))) as pair:
        yield pair


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("A", EvState.A),
        ("B", EvState.B),
        ("B_AUTH", EvState.B),
        ("B_PAUSE", EvState.B),
        ("C", EvState.C),
        ("D", EvState.D),
        ("E", EvState.E),
        ("F", EvState.F),
        ("OTA", EvState.A),
        ("LOCKED", EvState.A),
    ],
)
async def test_states(pair: Pair, told: str, state: EvState | None) -> None:
    emulator, charger = pair
    emulator.raw_state = told
    assert (await charger.read()).state is state


@pytest.mark.parametrize("state", [EvState.A, EvState.B, EvState.C])
async def test_an_older_one_says_only_the_letter(pair: Pair, state: EvState) -> None:
    emulator, charger = pair
    emulator.extended, emulator.state = False, state
    assert (await charger.read()).state is state


async def test_its_load_balancer_is_no_charger(pair: Pair) -> None:
    emulator, charger = pair
    emulator.is_charger = False
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.WRONG_DEVICE


async def test_one_that_does_not_tell_its_limit_is_not_steered_blindly(pair: Pair) -> None:
    emulator, charger = pair
    emulator.tells_limit = False
    with pytest.raises(ChargerUnfitError):
        await charger.read()


async def test_a_refusal_has_its_own_word(pair: Pair) -> None:
    _, charger = pair
    with pytest.raises(ChargerRefusedError) as caught:
        await charger.write(40, None)
    assert caught.value.word == "Invalid argument"


async def test_phases_are_switched_together_with_the_current(pair: Pair) -> None:
    emulator, charger = pair
    await charger.prepare(6)
    await charger.read()
    assert charger.capabilities.can_switch_phases
    await charger.write(10.9, 1)
    assert (emulator.relay_mode, emulator.dynamic_current, (await charger.read()).phases) == (1, 10, 1)
    await charger.write(10, None)
    assert (emulator.relay_mode, (await charger.read()).phases) == (3, None)


async def test_one_for_a_single_phase_has_nothing_to_switch(pair: Pair) -> None:
    emulator, charger = pair
    emulator.model = "1p7k"
    await charger.prepare(6)
    await charger.read()
    assert not charger.capabilities.can_switch_phases


async def test_an_error_is_told(pair: Pair) -> None:
    emulator, charger = pair
    emulator.errors = True
    assert (await charger.read()).fault is not None
