"""What an outlook tells of a span, drawn as steps of an hour, and what it does without what nobody knows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.smart_charging.engine.model.outlook import WIDE_KW, Outlook, OutlookStep
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES

from ..builders import NOW

HOUR = timedelta(hours=1)


def step(
    hour: float,
    base: float | None = None,
    margin: float | None = None,
    solar: float | None = None,
    stored: float = 0.0,
    hours: float = 1,
) -> OutlookStep:
    start = NOW + hour * HOUR
    return OutlookStep(
        start=start, end=start + hours * HOUR, base_kw=base, margin_kw=margin, solar_kw=solar, stored_kw=stored
    )


@pytest.mark.parametrize(
    ("steps", "span", "base", "high", "surplus"),
    [
        pytest.param([step(0, 1, 0.5, 3)], (0, 1), 1, 1.5, 2, id="one step: the sun beyond the house"),
        pytest.param([step(0, 1, 0.5, 3)], (0.25, 0.5), 1, 1.5, 2, id="a part of a step is as the whole"),
        pytest.param([step(0, 1, 0.5, 0)], (0, 1), 1, 1.5, 0, id="no sun"),
        pytest.param([step(0, 1, 0.5, 0.4)], (0, 1), 1, 1.5, 0, id="less sun than the house takes: never negative"),
        pytest.param([step(0, 1, 0.5, 3, stored=1.5)], (0, 1), 1, 1.5, 0.5, id="the battery first"),
        pytest.param([step(0, 1, 0.5, 3, stored=9)], (0, 1), 1, 1.5, 0, id="... takes it all"),
        pytest.param(
            [step(0, 1, 0.5, 3), step(1, 2, 0.1, 0)], (0.5, 1.5), 1.5, 2.1, 1, id="half of two: means, and the highest"
        ),
        pytest.param(
            [step(0, 1, 0.5, 3), step(1, 2, 2, 0)],
            (0.75, 1.75),
            1.75,
            4,
            0.5,
            id="one quarter of the one, three of the other",
        ),
        pytest.param([], (0, 1), 0, WIDE_KW, 0, id="nothing is known"),
        pytest.param([step(0, solar=5)], (0, 1), 0, WIDE_KW, 0, id="the sun alone is no surplus"),
        pytest.param([step(0, 1, 0.5)], (0, 1), 1, 1.5, 0, id="the house alone"),
        pytest.param([step(0, 1, None, 3)], (0, 1), 1, 1 + WIDE_KW, 2, id="no margin is a wide one"),
        pytest.param(
            [step(0, 1, 0.5, 3), step(1, None, 0.5, 4), step(2, 2, 0.5, 0)],
            (1, 2),
            1.5,
            1.5 + WIDE_KW,
            2.5,
            id="an hour that is not known is as the others on average, with a wide margin",
        ),
        pytest.param(
            [step(0, 3.9, 0.5), *(step(hour, solar=2) for hour in range(1, 10))],
            (6, 7),
            0,
            WIDE_KW,
            0,
            id="the dinner of the first evening tells nothing of the night",
        ),
        pytest.param([step(0, 1, 0.5, 3)], (5, 6), 1, 1 + WIDE_KW, 0, id="beyond the last step"),
        pytest.param([step(5, 1, 0.5, 3)], (0, 1), 1, 1 + WIDE_KW, 0, id="before the first step"),
        pytest.param([step(0, 1, 0.5, 3)], (0, 2), 1, 1 + WIDE_KW, 1, id="half of it beyond"),
        pytest.param([step(1, 1, 0.5, 3)], (0, 2), 1, 1 + WIDE_KW, 1, id="half of it before"),
        pytest.param([step(0, 1, 0, 3), step(3, 1, 0, 3)], (0, 4), 1, 1 + WIDE_KW, 1, id="a hole between two steps"),
    ],
)
def test_what_is_expected(
    steps: list[OutlookStep], span: tuple[float, float], base: float, high: float, surplus: float
) -> None:
    outlook, start, end = Outlook(steps=steps), NOW + span[0] * HOUR, NOW + span[1] * HOUR
    assert outlook.base_kw(start, end) == pytest.approx(base)
    assert outlook.high_base_kw(start, end) == pytest.approx(high)
    assert outlook.surplus_kw(start, end) == pytest.approx(surplus)


@pytest.mark.parametrize("hours", [0, -1])
def test_no_span_is_an_error(hours: float) -> None:
    with pytest.raises(ValueError, match="span"):
        Outlook().base_kw(NOW, NOW + hours * HOUR)


MAYBE_KW = st.none() | st.floats(0, 20)
STEPS = st.lists(
    st.builds(
        lambda base, margin, solar, stored: (base, margin, solar, stored), MAYBE_KW, MAYBE_KW, MAYBE_KW, st.floats(0, 5)
    ),
    max_size=8,
).map(lambda rows: [step(hour, *row) for hour, row in enumerate(rows)])
CUTS = st.sets(st.integers(-60, 600), min_size=2, max_size=6).map(
    lambda minutes: [NOW + timedelta(minutes=minute) for minute in sorted(minutes)]
)


@given(STEPS, CUTS)
def test_parts_of_a_span_add_up_to_it(steps: list[OutlookStep], cuts: list[datetime]) -> None:
    outlook, whole = Outlook(steps=steps), (cuts[0], cuts[-1])
    for tell in (outlook.base_kw, outlook.surplus_kw):
        parts = sum(tell(start, end) * ((end - start) / HOUR) for start, end in pairwise(cuts))
        assert parts == pytest.approx(tell(*whole) * ((whole[1] - whole[0]) / HOUR), abs=1e-9)
    assert max(outlook.high_base_kw(start, end) for start, end in pairwise(cuts)) == outlook.high_base_kw(*whole)


@given(STEPS, CUTS)
def test_the_surplus_is_never_negative_and_the_margin_never_either(
    steps: list[OutlookStep], cuts: list[datetime]
) -> None:
    outlook, span = Outlook(steps=steps), (cuts[0], cuts[-1])
    assert outlook.surplus_kw(*span) >= 0
    assert outlook.high_base_kw(*span) >= outlook.base_kw(*span) - 1e-9 >= -1e-9


@pytest.mark.parametrize(
    ("base_kw", "margin_kw", "shares", "high"),
    [
        pytest.param(3.0, 1.2, (), 2.2, id="evenly, and the whole of the margin"),
        pytest.param(3.0, 1.2, (0.6, 0.3, 0.1), 3.0, id="by its share, and the whole of the margin"),
        pytest.param(3.0, None, (0.6, 0.3, 0.1), 0.6 * (3.0 + WIDE_KW), id="a margin that is guessed lies as the rest"),
        pytest.param(None, None, (), WIDE_KW / 3, id="nothing is known"),
        pytest.param(3.0, 1.2, (0.9, 0.1), 2.2, id="of two phases only: not known"),
    ],
)
def test_what_a_phase_carries(
    base_kw: float | None, margin_kw: float | None, shares: Sequence[float], high: float
) -> None:
    outlook = Outlook(steps=[step(0, base_kw, margin_kw)], shares=dict(zip(ALL_PHASES, shares, strict=False)))
    assert outlook.high_phase_kw(NOW, NOW + HOUR, ALL_PHASES[0], ALL_PHASES) == pytest.approx(high)
