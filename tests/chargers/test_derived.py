"""What the phases carry, by the power alone: never less than is sure, and never a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.chargers.derived import currents_of


@pytest.mark.parametrize(
    ("power_w", "phases", "offered_a", "offered_phases", "currents_a"),
    [
        (None, 3, 10, None, None),
        (-4600, 3, 10, None, None),
        (20, 3, 10, None, (0, 0, 0)),
        (2300, 1, None, None, (10,)),
        (6900, 3, None, None, None),
        (6900, 3, 10, None, (10, 10, 10)),
        (6624, 3, 10, None, (8.8, 8.8, 8.8)),  # 28.8 A in all: the others carry 20 A at the most
        (2300, 3, 10, None, None),  # one phase, or three
        (4600, 3, 10, None, None),
        (13800, 3, 10, None, (20, 20, 20)),  # it takes more than it is offered
        (1380, 3, 0, None, (2, 2, 2)),
        (2300, 3, 10, 1, (10, 0, 0)),
    ],
)
def test_what_the_phases_carry(
    power_w: float | None,
    phases: int,
    offered_a: float | None,
    offered_phases: int | None,
    currents_a: tuple[float, ...] | None,
) -> None:
    found = currents_of(power_w, phases, offered_a, offered_phases)
    assert found == (None if currents_a is None else pytest.approx(currents_a))


@given(st.lists(st.floats(0, 16), min_size=3, max_size=3), st.floats(6, 16))
def test_no_phase_is_told_more_than_it_carries_while_the_car_obeys(taken_a: list[float], offered_a: float) -> None:
    taken_a = [min(current_a, offered_a) for current_a in taken_a]
    found = currents_of(sum(taken_a) * 230, 3, offered_a)
    if found is not None and sum(taken_a) > 0.5:
        assert all(told <= truly + 1e-6 for told, truly in zip(found, taken_a, strict=True))
