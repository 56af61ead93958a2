"""The best way of one car where each kWh in its battery has a value: hours drawn as `█`, parts of them as `▄`, 6 A as `▂`."""

import math
import random
from collections.abc import Sequence
from itertools import pairwise, product

import pytest

from custom_components.smart_charging.engine.planning.job import Job
from custom_components.smart_charging.engine.planning.market import Market
from custom_components.smart_charging.engine.planning.schedule import Use
from custom_components.smart_charging.engine.planning.walk import Walk, Ways

from .builders import KW, job

LOWEST_KW = 4.14


def market(price: float, *, own_kw: float = 0.0, own_price: float = 0.0, ceiling_kw: float = KW) -> Market:
    return Market(hours=1.0, ceiling_kw=ceiling_kw, own_kw=own_kw, own_per_kwh=own_price, price_per_kwh=price)


def drawn(walk: Walk) -> str:
    return "".join(_sign(use) for use in walk.uses)


def _sign(use: Use) -> str:
    if use.share <= 0:
        return "·"
    if use.share < 1:
        return "▄"
    return "▂" if use.power_kw == LOWEST_KW else "█"


def best(car: Job, hours: Sequence[Market], worth: float | Sequence[float]) -> Walk:
    each = [worth] * len(hours) if isinstance(worth, float) else worth
    return Ways(car, hours).best(each)


def car(count: int, **changes: object) -> Job:
    return job(0, count, **changes)


@pytest.mark.parametrize(
    ("prices", "worth", "start_cost", "changes", "plan"),
    [
        pytest.param((0.3, 0.1, 0.2), 0.05, 0.0, {}, "···", id="a kWh is worth 5 cents: nothing"),
        pytest.param((0.3, 0.1, 0.2), 0.15, 0.0, {}, "·█·", id="15 cents: the hour that costs 10"),
        pytest.param((0.3, 0.1, 0.2), 0.25, 0.0, {}, "·██", id="25 cents: and that for 20"),
        pytest.param((0.1, 0.3, 0.1), 0.25, 0.0, {}, "█·█", id="two cheap ones, a start is free: with a pause"),
        pytest.param((0.1, 0.3, 0.1), 0.25, 0.5, {}, "█▂█", id="a start costs 50 cents: 6 A meanwhile"),
        pytest.param((0.1, 0.9, 0.1), 0.25, 0.5, {}, "█·█", id="... unless that costs more"),
        pytest.param((0.1, 0.9, 0.1), 0.25, 2.0, {}, "···", id="a start costs more than an hour gains: never"),
        pytest.param((0.1, 0.9, 0.1), 0.25, 2.0, {"charging": True}, "█··", id="it charges already: that is no start"),
        pytest.param((0.9, 0.1), 0.25, 0.5, {"charging": True}, "·█", id="it charges already, but not for 90 cents"),
        pytest.param((0.1, 0.9, 0.1), 0.25, 0.0, {"continuous": True}, "█··", id="it bears no pause: one, the earlier"),
        pytest.param((0.1, 0.3, 0.1), 0.25, 0.0, {"continuous": True}, "█▂█", id="it bears no pause: 6 A meanwhile"),
        pytest.param(
            (0.9, 0.1), 0.25, 0.0, {"continuous": True, "charging": True}, "··", id="and has had its one start"
        ),
        pytest.param((0.9, 0.1), 0.25, 0.0, {"continuous": True}, "·█", id="... or still has it"),
        pytest.param((-0.1, 0.1), 0.0, 0.0, {}, "█·", id="what one is paid for is taken for nothing"),
    ],
)
def test_a_way(prices: Sequence[float], worth: float, start_cost: float, changes: dict[str, object], plan: str):
    hours = [market(price) for price in prices]
    assert drawn(best(car(len(prices), start_cost=start_cost, **changes), hours, worth)) == plan


def test_a_span_without_room_parts_the_way():
    hours = [market(0.1), market(0.1, ceiling_kw=0.0), market(0.1)]
    assert drawn(best(car(3, start_cost=0.5), hours, 0.25)) == "█·█"
    assert drawn(best(car(3, continuous=True), hours, 0.25)) == "█··"


def test_what_is_free_is_used_alone():
    """5 kW of sun: as an edge for a part of the hour, in the middle as a power."""
    sun = market(0.3, own_kw=5.0)
    (use,) = best(car(1), [sun], 0.1).uses
    assert [use.power_kw, use.mean_kw] == pytest.approx([KW, 5])
    middle = best(car(3), [market(0.05), sun, market(0.05)], 0.1).uses[1]
    assert (middle.power_kw, middle.share) == (5.0, 1.0)


def test_each_hour_may_have_a_worth_of_its_own():
    """What comes before the departure is worth something, what comes after it nothing."""
    assert drawn(best(car(3), [market(0.1)] * 3, [0.25, 0.25, 0.0])) == "██·"


def test_what_it_costs_and_stores():
    """A tenth is lost: at a worth of 1 the hour that costs 95 cents is bridged with 6 A, for less than another start."""
    walk = best(car(3, start_cost=0.5, efficiency=0.9), [market(0.1), market(0.95), market(0.2)], 1.0)
    assert drawn(walk) == "█▂█"
    assert walk.cost == pytest.approx(0.5 + 0.1 * KW + 0.95 * LOWEST_KW + 0.2 * KW)
    assert walk.stored_kwh == pytest.approx([0, 0.9 * KW, 0.9 * (KW + LOWEST_KW), 0.9 * (2 * KW + LOWEST_KW)])


def every_way(one: Job, hours: Sequence[Market], worth: float, *, fixed: tuple[int, bool] | None = None) -> float:
    """The least of all: each hour not used, at 6 A, or in full; one at an edge also for no more than a moment."""
    least = math.inf
    for powers in product((None, 0.0, LOWEST_KW, KW), repeat=len(hours)):
        on = [one.charging, *(kw is not None for kw in powers), False]
        if fixed is not None and on[fixed[0] + 1] is not fixed[1]:
            continue
        # In the middle of charging none is used for a moment, at an edge none at 6 A.
        inner = [on[index] and on[index + 2] for index in range(len(powers))]
        if any(kw == (0.0 if within else LOWEST_KW) for kw, within in zip(powers, inner, strict=True)):
            continue
        begun = sum(after and not before for before, after in pairwise(on))
        paid = sum((kw or 0.0) * (hour.price_per_kwh - worth) for kw, hour in zip(powers, hours, strict=True))
        least = min(least, paid + begun * one.start_cost)
    return least


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("charging", [False, True])
def test_no_other_way_costs_less(seed: int, charging: bool):
    chance = random.Random(seed)  # noqa: S311 -- no secret
    hours = [market(round(chance.uniform(0.05, 0.5), 2)) for _ in range(5)]
    one = car(5, start_cost=chance.choice([0.0, 0.2, 1.0]), charging=charging)
    walk = best(one, hours, 0.25)
    assert walk.cost - 0.25 * walk.stored_kwh[-1] == pytest.approx(every_way(one, hours, 0.25), abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("charging", [False, True])
def test_what_it_costs_to_charge_in_an_hour_and_not_to(seed: int, charging: bool):
    """What is told for each hour is no more than any way costs that charges there, or does not; of the best one it is that."""
    chance = random.Random(seed)  # noqa: S311 -- no secret
    hours = [market(round(chance.uniform(0.05, 0.5), 2)) for _ in range(4)]
    one = car(4, start_cost=0.2, charging=charging)
    for span, (charges, leaves) in enumerate(Ways(one, hours).with_each([0.25] * 4)):
        assert charges <= every_way(one, hours, 0.25, fixed=(span, True)) + 1e-9
        assert leaves <= every_way(one, hours, 0.25, fixed=(span, False)) + 1e-9
        assert min(charges, leaves) == pytest.approx(every_way(one, hours, 0.25), abs=1e-6)


def test_where_it_has_no_room_it_never_charges():
    told = Ways(car(2), [market(0.1), market(0.1, ceiling_kw=0.0)]).with_each([0.25, 0.25])
    assert told[1][0] == math.inf
    assert told[1][1] == pytest.approx(-0.15 * KW)
