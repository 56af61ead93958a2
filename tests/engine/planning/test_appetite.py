"""What a car takes is seen, and held until it leaves."""

from typing import Any

import pytest

from custom_components.smart_charging.engine.model.evse import EvseStatus, EvState
from custom_components.smart_charging.engine.planning.appetite import Appetite, as_seen, is_known, seen
from custom_components.smart_charging.engine.planning.planner import make_plans

from ..builders import later
from .builders import KW, order, question, tariff


def charging(taken_a: float, **changes: Any) -> EvseStatus:
    """It has charged for ten minutes at an offer of 16 A."""
    values: dict[str, Any] = {
        "reachable": True,
        "state": EvState.C,
        "state_at": later(0),
        "offered_a": 16.0,
        "offered_at": later(0),
        "current_a": (taken_a, taken_a, taken_a),
        "measured_at": later(600),
    }
    return EvseStatus(**(values | changes))


@pytest.mark.parametrize(
    ("status", "appetite"),
    [
        pytest.param(charging(15.8), Appetite(followed_a=16.0), id="it takes all"),
        pytest.param(charging(12.8), Appetite(12.8), id="it takes 80 %"),
        pytest.param(charging(12.8, current_a=(12.8, 0.0, 0.0)), Appetite(12.8), id="on one phase"),
        pytest.param(charging(12.8, offered_at=later(500)), None, id="the offer is new"),
        pytest.param(charging(12.8, state_at=later(500)), None, id="it has just begun"),
        pytest.param(charging(0.0, state=EvState.B), None, id="it does not charge"),
        pytest.param(charging(12.8, current_a=None), None, id="nothing is measured"),
        pytest.param(charging(12.8, state_at=None, offered_at=None), None, id="nobody knows since when"),
        pytest.param(charging(12.8, reachable=False), None, id="it cannot be reached"),
    ],
)
def test_what_is_seen(status: EvseStatus, appetite: Appetite | None) -> None:
    assert seen({}, {"a": status}, later(600)) == ({} if appetite is None else {"a": appetite})


def test_it_holds_while_the_car_pauses_and_until_it_leaves() -> None:
    known = {"a": Appetite(10.0)}
    assert seen(known, {"a": charging(0.0, state=EvState.B)}, later(600)) == known
    assert seen(known, {"a": charging(0.0, reachable=False)}, later(600)) == known
    assert seen(known, {"a": charging(0.0, state=EvState.A)}, later(600)) == {}


@pytest.mark.parametrize(
    ("offered_a", "taken_a", "most_a"),
    [
        pytest.param(12.8, 12.8, 12.8, id="it takes all of an offer that is no more than it takes"),
        pytest.param(13.5, 12.8, 12.8, id="nor hardly more"),
        pytest.param(8.0, 8.0, 12.8, id="it takes all of a low offer"),
        pytest.param(8.0, 6.0, 6.0, id="it takes less now"),
        pytest.param(16.0, 14.0, 14.0, id="it takes more now"),
        pytest.param(16.0, 16.0, None, id="it takes all now"),
        pytest.param(14.5, 14.0, None, id="it takes all of an offer that is more than it took"),
    ],
)
def test_an_offer_tells_only_of_as_much_as_was_offered(offered_a: float, taken_a: float, most_a: float | None) -> None:
    known = {"a": Appetite(12.8)}
    assert seen(known, {"a": charging(taken_a, offered_a=offered_a)}, later(600)) == {
        "a": Appetite(most_a) if most_a else Appetite(followed_a=offered_a)
    }


@pytest.mark.parametrize(
    ("appetite", "known"),
    [
        pytest.param(None, False, id="nobody saw it charge"),
        pytest.param(Appetite(followed_a=6.0), False, id="it took all of a low offer"),
        pytest.param(Appetite(followed_a=15.0), True, id="it took all of nearly the highest"),
        pytest.param(Appetite(10.0), True, id="it takes 10 A of more"),
    ],
)
def test_who_follows_a_low_offer_may_be_slow_at_a_high_one(appetite: Appetite | None, known: bool) -> None:
    assert is_known(order(20, 6, maximum_a=16.0), appetite) is known


def test_the_highest_offer_that_was_followed_counts() -> None:
    known = {"a": Appetite(followed_a=16.0)}
    assert seen(known, {"a": charging(8.0, offered_a=8.0)}, later(600)) == known


def test_an_order_is_planned_with_what_the_car_takes_and_offered_all() -> None:
    """It is offered all, since it would show no appetite for more otherwise."""
    one = order(20, 6, maximum_a=16.0)
    assert as_seen(one, None) is one
    assert as_seen(one, Appetite(None)) is one
    slow = as_seen(one, Appetite(10.0))
    assert (slow.maximum_a, slow.takes_a) == (16, 10)
    assert as_seen(one, Appetite(2.0)).takes_a == 6
    assert as_seen(one, Appetite(20.0)).takes_a == 16
    first, *_ = make_plans(question(slow, tariff(0.2)))["a"].slots
    assert first.current_a == 16
    assert first.power_kw == pytest.approx(KW * 10 / 16)
