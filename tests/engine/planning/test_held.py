"""The plans that held: where a plan stays as it was, and how calm a night of plans is that are made anew each quarter of an hour."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise

import pytest

from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.planning.held import held
from custom_components.smart_charging.engine.planning.planner import make_plans, pose
from custom_components.smart_charging.engine.planning.schedule import IDLE, Use
from custom_components.smart_charging.engine.planning.span import Span

from ..builders import NOW
from .builders import HOUR, KW, flat, in_hours, order, question, tariff

QUARTER = HOUR / 4


def slot(start_h: float, end_h: float, power_kw: float = KW) -> PlanSlot:
    return PlanSlot(start=in_hours(start_h), end=in_hours(end_h), current_a=16.0, power_kw=power_kw)


@pytest.mark.parametrize(
    ("slots", "limit_a", "uses"),
    [
        pytest.param((), 63, [IDLE] * 3, id="it was not to charge"),
        pytest.param((slot(0, 1),), 63, [Use(KW), IDLE, IDLE], id="an hour"),
        pytest.param(
            (slot(0.5, 1), slot(1, 2.25)), 63, [Use(KW, 0.5), Use(KW), Use(KW, 0.25)], id="parts at both sides"
        ),
        pytest.param(
            (slot(0, 0.5), slot(0.5, 1, KW / 2)),
            63,
            [Use(KW, 0.75), IDLE, IDLE],
            id="two powers in an hour: the higher",
        ),
        pytest.param((slot(0, 1),), 12, [Use(0.75 * KW), IDLE, IDLE], id="there is less: with less, all the time"),
        pytest.param((slot(0, 0.5),), 12, [Use(0.75 * KW, 2 / 3), IDLE, IDLE], id="there is less: for longer"),
        pytest.param((slot(0, 1),), 5, [IDLE] * 3, id="there is too little"),
        pytest.param((slot(0, 1, 2.0),), 63, [IDLE] * 3, id="it needs more than it was to have"),
    ],
)
def test_a_plan_is_laid_on_the_hours_of_now(slots: Sequence[PlanSlot], limit_a: float, uses: list[Use]) -> None:
    asked = question(
        order(20, 3), flat(0.3, 3), limit_a=limit_a, before={"a": Plan(slots=slots), "gone": Plan(slots=())}
    )
    [laid] = held(asked, pose(asked)).values()
    assert [use.power_kw for use in laid] == pytest.approx([use.power_kw for use in uses])
    assert [use.share for use in laid] == pytest.approx([use.share for use in uses])


def test_a_car_that_had_no_plan_has_none_that_held() -> None:
    asked = question([order(20, 3), order(20, 3, evse_id="b")], flat(0.3, 3), before={"b": Plan(slots=())})
    assert list(held(asked, pose(asked))) == [1]


OFF_PEAK = tariff(*[0.27] * 9, *[0.20] * 16, *[0.27] * 12, each=HOUR / 2)
"""From 18:00 on; cheap from 22:30 to 06:30."""
HOURS = 14


def night(wants_kwh: Sequence[float], limit_a: float, *, quarters: int) -> list[Mapping[str, Plan]]:
    """Plans of each quarter of an hour, where what is wanted and what the house takes come out half a per cent otherwise."""
    chance = random.Random(5)  # noqa: S311 -- no secret
    plans: list[Mapping[str, Plan]] = []
    for quarter in range(quarters):
        at, before = NOW + quarter * QUARTER, plans[-1] if plans else {}
        wanted = [
            order(kwh * chance.uniform(0.995, 1.005), 12.5 + index % 2, evse_id=name, efficiency=0.93, standby_w=250.0)
            for index, (name, kwh) in enumerate(zip("abcd", wants_kwh, strict=False))
        ]
        house = Outlook(
            steps=[
                OutlookStep(
                    start=in_hours(hour),
                    end=in_hours(hour + 1),
                    base_kw=(0.5 + 0.1 * (hour * 7 % 11)) * chance.uniform(0.995, 1.005),
                    margin_kw=0.5,
                )
                for hour in range(HOURS)
            ]
        )
        asked = question(wanted, OFF_PEAK, at=at, limit_a=limit_a, outlook=house, before=before)
        plans.append(make_plans(asked))
    return plans


def moved(plans: Sequence[Mapping[str, Plan]]) -> float:
    """For how many minutes a car charges otherwise than was planned before, over all replanning."""
    spans = [Span(start=NOW + index * QUARTER, end=NOW + (index + 1) * QUARTER) for index in range(HOURS * 4)]
    shares = sum(
        abs(_share(plan, span) - _share(now[name], span))
        for before, now in pairwise(plans)
        for name, plan in before.items()
        for span in spans
    )
    return shares * QUARTER / timedelta(minutes=1) / len(plans[0])


def _share(plan: Plan, span: Span) -> float:
    return sum(span.share_in(each.start, each.end) for each in plan.slots)


@pytest.mark.parametrize(
    ("wants_kwh", "limit_a"),
    [
        pytest.param([30.0], 18.0, id="one car"),
        pytest.param([14.0, 22.0, 33.0], 25.0, id="three cars, room for one and a half"),
        pytest.param([10.0, 20.0, 30.0, 35.0], 34.0, id="four cars, room for two"),
    ],
)
def test_plans_that_are_made_anew_stay_as_they_were(wants_kwh: Sequence[float], limit_a: float) -> None:
    """Half a per cent of 30 kWh is a minute; in two hours each car moves by a few of them, and none by a quarter of an hour."""
    assert moved(night(wants_kwh, limit_a, quarters=8)) < 10
