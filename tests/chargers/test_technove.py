from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.smart_charging.chargers.errors import ChargerRefusedError, ChargerUnfitError, Unfit
from custom_components.smart_charging.chargers.technove import TechnoVe
from custom_components.smart_charging.engine.model.evse import EvState

from .device_bench import talking, web
from .emulators.technove import TechnoVeEmulator

type Pair = tuple[TechnoVeEmulator, TechnoVe]


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with talking(
        TechnoVeEmulator, lambda emulator, session: TechnoVe(web(emulator, session), patience_s=0)
    ) as pair:
        yield pair


@pytest.fixture
async def charging(pair: Pair) -> Pair:
    pair[0].state = EvState.C
    return pair


@pytest.mark.parametrize(
    ("letter", "state"),
    [
        *((letter, EvState(letter.lower())) for letter in "ABCDEF"),
        ("H", EvState.F),
        ("S", EvState.B),
        ("T", EvState.B),
        ("?", None),
    ],
)
async def test_states(pair: Pair, letter: str, state: EvState | None) -> None:
    emulator, charger = pair
    emulator.raw = {"status": ord(letter)}
    reading = await charger.read()
    assert reading.state is state
    assert (reading.fault is not None) is (letter in "EFH")


async def test_its_one_current_is_in_both_of_its_wires(charging: Pair) -> None:
    emulator, charger = charging
    emulator.current_a = 23.75
    reading = await charger.read()
    assert (reading.power_w, reading.current_a) == (5700, (23.75,) * 3)


async def test_what_it_does_not_tell_is_unknown(charging: Pair) -> None:
    emulator, charger = charging
    emulator.raw = {"current": None}
    reading = await charger.read()
    assert (reading.power_w, reading.current_a) == (None, None)


@pytest.mark.parametrize(
    ("current_a", "told_a"), [(0, 0), (6, 0), (7.9, 0), (8, 8), (10.9, 10), (9.9999999, 10), (32, 32), (40, 32)]
)
async def test_a_current_is_rounded_down_and_below_its_least_it_is_stopped(
    charging: Pair, current_a: float, told_a: int
) -> None:
    emulator, charger = charging
    await charger.write(current_a, None)
    assert emulator.commands == [told_a]
    assert (await charger.read()).limit_a == told_a


async def test_one_that_charges_by_itself_is_kept_from_that_to_be_paused(charging: Pair) -> None:
    emulator, charger = charging
    await charger.write(10, None)
    assert emulator.auto_charge
    await charger.write(0, None)
    assert (emulator.auto_charge, emulator.is_on) == (False, False)
    # There is no need to stop it again.
    requests = emulator.requests
    await charger.write(0, None)
    assert emulator.requests == requests + 1


async def test_a_pause_ends_with_the_current_before_the_start(charging: Pair) -> None:
    emulator, charger = charging
    await charger.write(16, None)
    await charger.write(0, None)
    await charger.write(10, None)
    assert emulator.commands == [16, 0, 10]


async def test_without_a_car_there_is_nothing_to_start(pair: Pair) -> None:
    emulator, charger = pair
    await charger.write(0, None)
    await charger.write(10, None)
    assert (await charger.read()).limit_a == 0
    emulator.state = EvState.B
    await charger.write(10, None)
    assert (await charger.read()).limit_a == 10


async def test_what_shows_a_little_late_was_taken(charging: Pair) -> None:
    emulator, charger = charging
    emulator.late = 2
    await charger.write(10, None)
    await charger.write(0, None)
    assert emulator.commands == [10, 0]


@pytest.mark.parametrize("current_a", [0, 10])
async def test_what_it_says_yes_to_and_does_not_do_is_a_refusal(charging: Pair, current_a: float) -> None:
    emulator, charger = charging
    emulator.refusing = True
    with pytest.raises(ChargerRefusedError):
        await charger.write(current_a, None)


async def test_one_that_shares_its_current_takes_none_from_us(charging: Pair) -> None:
    emulator, charger = charging
    emulator.raw = {"inSharingMode": True}
    for asking in (charger.read(), charger.write(10, None)):
        with pytest.raises(ChargerUnfitError) as caught:
            await asking
        assert caught.value.unfit is Unfit.API_OFF
    assert emulator.commands == []


@pytest.mark.parametrize("raw", [{"status": None}, {"maxCurrent": None}])
async def test_something_else_is_no_station(pair: Pair, raw: dict[str, Any]) -> None:
    emulator, charger = pair
    emulator.raw = raw
    with pytest.raises(ChargerUnfitError) as caught:
        await charger.read()
    assert caught.value.unfit is Unfit.WRONG_DEVICE
