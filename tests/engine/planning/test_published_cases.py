"""The ten cases that the best rival's planner is tested with, drawn: ours has to be as cheap in each, and as early ready.

A sign is half an hour; prices are those of hours.
"""

from typing import Any

import pytest

from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.tariff import Tariff
from custom_components.smart_charging.engine.planning.planner import make_plans

from ..builders import NOW
from .builders import HOUR, KW, drawn, flat, order, question, tariff

SIX = tariff(0.20, 0.60, 0.10, 0.80, 0.40, 0.90)


def planned(hours: float, by_h: float, prices: Tariff, **changes: Any) -> Plan:
    """The plan for so many hours of charging."""
    return make_plans(question(order(hours * KW, by_h), prices, **changes))["a"]


def in_hours_of_power(plan: Plan) -> float:
    """What it costs, in units of what one hour of charging costs at a price of 1."""
    assert plan.cost is not None
    return plan.cost / KW


@pytest.mark.parametrize(
    ("hours", "by_h", "prices", "plan", "cost"),
    [
        pytest.param(1, 6, SIX, "····██······", 0.10, id="20 60 10 80 40 90, 1 h: ····██······"),
        pytest.param(2, 6, SIX, "██··██······", 0.30, id="20 60 10 80 40 90, 2 h: ██··██······"),
        # The rival begins half an hour later and pays the same; ours is ready as late as it is.
        pytest.param(1.5, 6, SIX, "█···██······", 0.20, id="20 60 10 80 40 90, 1.5 h: █···██······"),
        pytest.param(1, 0.5, flat(0.3, 1), "█·", 0.15, id="no time: all of it"),
        pytest.param(
            2 / 3, 2, tariff(0.2, None), "█▄··", 0.2 * 2 / 3, id="the second hour is not known, 40 min: at once"
        ),
        pytest.param(2, 2, tariff(0.2, None), "████", 0.4, id="the second hour is not known, 2 h: █ all of it"),
        pytest.param(
            1,
            6,
            tariff(None, None, 0.10, 0.15, 0.08, 0.20),
            "········██··",
            0.08,
            id="the first two hours are not known, 1 h: ········██··",
        ),
        pytest.param(3, 6, flat(0.3, 6), "██████······", 0.9, id="all the same: at once, so that nothing can go wrong"),
    ],
)
def test_a_case(hours: float, by_h: float, prices: Tariff, plan: str, cost: float) -> None:
    found = planned(hours, by_h, prices)
    assert drawn(found, len(plan) / 2) == plan
    assert in_hours_of_power(found) == pytest.approx(cost, abs=2e-4)


def test_in_the_middle_of_the_first_hour() -> None:
    """Half of it is left: it is used, then the third, and half of the fifth."""
    now = NOW + 0.5 * HOUR
    plan = planned(2, 6, SIX, at=now)
    assert drawn(plan, 6) == "·█··██··█···"
    assert in_hours_of_power(plan) == pytest.approx(0.1 + 0.1 + 0.2, abs=2e-4)
    assert drawn(planned(1, 6, SIX, at=now), 6) == "····██······"


def test_quarters_of_an_hour_and_the_last_stretch() -> None:
    """The battery is to be warm at departure: a quarter before it is charged in any case."""
    quarters = tariff(0.01, 0.02, 0.03, 0.04, each=HOUR / 4)
    late = order(0.5 * KW, 1, last_stretch=HOUR / 4)
    assert drawn(make_plans(question(late, quarters))["a"], 1, 0.25) == "█··█"
    more = order(0.375 * KW, 1, last_stretch=HOUR / 4)
    assert drawn(make_plans(question(more, quarters))["a"], 1, 0.25) == "▄··█"
    always = order(0.25 * KW, 1, last_stretch=24 * HOUR)
    assert drawn(make_plans(question(always, quarters))["a"], 1, 0.25) == "█···"


def test_one_that_bears_no_pause_charges_in_one_go_and_slowly_where_it_is_dear() -> None:
    """The rival takes the two hours in the middle at full power, for 0.23; 6 A in the dear one of three are cheaper."""
    found = make_plans(question(order(2 * KW, 4, continuous=True), tariff(0.10, 0.15, 0.08, 0.20)))["a"]
    assert drawn(found, 4) == "▄█████··"
    assert [round(slot.current_a) for slot in found.slots] == [16, 6, 16]
    assert in_hours_of_power(found) < 0.2


def test_what_opens_late_is_waited_for() -> None:
    """The first two hours have no price: the rival's case of one go, with the cheapest hour after that."""
    found = make_plans(question(order(KW, 6, continuous=True), tariff(None, None, 0.10, 0.15, 0.08, 0.20)))["a"]
    assert drawn(found, 6) == "········██··"
