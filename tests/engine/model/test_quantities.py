"""Amperes by phase."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase, round_down, total, uniform


@pytest.mark.parametrize(
    ("value", "step", "expected"), [(15.99, 1, 15), (16, 1, 16), (15.99, 0.1, 15.9), (-0.5, 1, -1), (0.3, 0.1, 0.3)]
)
def test_round_down(value: float, step: float, expected: float):
    assert round_down(value, step) == pytest.approx(expected)


@given(value=st.floats(-100, 100), step=st.sampled_from([0.1, 0.5, 1.0]))
def test_rounding_never_adds_more_than_a_millionth(value: float, step: float):
    assert value - step - 1e-6 < round_down(value, step) <= value + 1e-6 * step + 1e-9


def test_totals_count_what_is_missing_as_nothing():
    assert total([{Phase.L1: 5.0}, uniform(ALL_PHASES, 2.0)], ALL_PHASES) == {Phase.L1: 7, Phase.L2: 2, Phase.L3: 2}
