"""A month's peak in a house that does what nobody foresaw, with and without the guard: the engine, unchanged, against the simulated home."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from statistics import fmean

import pytest

from custom_components.smart_charging.engine.accounting.peaks import (
    PeaksSeen,
    Sample,
    follow,
    free_kw,
    month_of,
    start_of,
)
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.order import Order, Stage
from custom_components.smart_charging.engine.model.outlook import Outlook, OutlookStep
from custom_components.smart_charging.engine.model.peak_watch import PeakWatch
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.tariff import PeakPrice, PriceSlot, Tariff
from custom_components.smart_charging.engine.planning.guard import guard
from custom_components.smart_charging.engine.planning.months import wanted_kw
from custom_components.smart_charging.engine.planning.planner import make_plans
from custom_components.smart_charging.engine.planning.question import Question
from demo.car import Car, CarModel
from demo.electrical import VOLTAGE_V
from demo.outlet import Outlet
from demo.supply import parse_supply
from tests.simulation.houses import busy_day
from tests.simulation.world import START, Run, evse_for, simulate, site_for

HOURS, QUARTER_S = 2, 900
QUARTER = timedelta(minutes=15)
DAY = START.replace(hour=0)
ENDLESS = CarModel(capacity_kwh=10_000, phases=3, maximum_a=16, tapers_above=None)
PLAN = Plan(slots=(PlanSlot(start=START, end=START + timedelta(hours=12), current_a=12.0, power_kw=5.0),))


@dataclass
class Month:
    """What is known of the month's peak, by the meter; `target_kw` is billed already. Unguarded it is only watched."""

    target_kw: float
    guarded: bool
    seen: PeaksSeen = field(default_factory=PeaksSeen)

    def look(self, snapshot: SiteSnapshot) -> tuple[SiteSnapshot, Mapping[str, Plan]]:
        power_w = sum(snapshot.meters["site"].current_a.values()) * VOLTAGE_V
        self.seen = follow(self.seen, Sample(at=snapshot.at, kw=power_w / 1000), window=QUARTER, days=[DAY])
        watch = self._watch(snapshot.at) if self.guarded else None
        return replace(snapshot, modes={"evse0": Mode.SMART}, peak=watch), {"evse0": PLAN}

    def _watch(self, at: datetime) -> PeakWatch:
        starts = start_of(at, QUARTER)
        month = month_of(self.seen, at, window=QUARTER, days=[DAY], ends=DAY + timedelta(days=31))
        return PeakWatch(starts=starts, ends=starts + QUARTER, used_kwh=month.window_kwh, target_kw=self.target_kw)


@dataclass(frozen=True)
class Quarter:
    """Means of a quarter of an hour, kW."""

    total_kw: float
    car_kw: float

    @property
    def house_kw(self) -> float:
        return self.total_kw - self.car_kw


@cache
def evening(target_kw: float, *, guarded: bool) -> Run:
    """A car is planned to charge with 12 A on three phases, 8.3 kW, in a busy house that takes 3.4 kW on average."""
    outlet = Outlet(phases=3)
    outlet.plug(Car(ENDLESS, seed=2), START)
    return simulate(
        house=busy_day(2, phases=3),
        supply=parse_supply("40A", 3),
        outlets=[outlet],
        seconds=HOURS * 3600,
        look_ahead=Month(target_kw, guarded).look,
    )


def quarters(run: Run) -> list[Quarter]:
    parts = [run.states[start : start + QUARTER_S] for start in range(0, len(run.states), QUARTER_S)]
    return [
        Quarter(
            total_kw=fmean(sum(state.total_a) for state in part) * VOLTAGE_V / 1000,
            car_kw=fmean(sum(state.car_a) for state in part) * VOLTAGE_V / 1000,
        )
        for part in parts
    ]


def test_without_a_guard_the_peak_is_what_the_house_makes_of_it():
    assert max(quarter.total_kw for quarter in quarters(evening(7.0, guarded=False))) > 11.0


@pytest.mark.parametrize("target_kw", [7.0, 5.0])
def test_with_it_the_peak_stays_or_is_the_house_s_own(target_kw: float):
    for quarter in quarters(evening(target_kw, guarded=True)):
        assert quarter.total_kw <= max(target_kw, quarter.house_kw) + 0.05


def test_nearly_all_that_the_target_leaves_is_charged():
    found = quarters(evening(7.0, guarded=True))
    possible_kw = fmean(max(0.0, min(8.3, 7.0 - quarter.house_kw)) for quarter in found)
    assert fmean(quarter.car_kw for quarter in found) >= 0.9 * possible_kw


def test_it_does_not_swing():
    """6 A on three phases are 4.1 kW, so that the car pauses for a part of each quarter of an hour, but only once."""
    run = evening(7.0, guarded=True)
    told = [decision.setpoints["evse0"].current_a or 0.0 for decision in run.decisions]
    starts = sum(now > 0 and before == 0 for before, now in pairwise(told))
    assert starts <= HOURS * 4 + 2
    assert run.commands <= HOURS * 60, "less than a command a minute"
    codes = {decision.setpoints["evse0"].reason.code for decision in run.decisions}
    assert ReasonCode.MONTH_PEAK in codes


STORED = 0.93
"""So much of what is drawn reaches the battery."""
LEAVES = START + timedelta(hours=4)
USUAL = Outlook(steps=(OutlookStep(start=START, end=LEAVES, base_kw=3.5, margin_kw=2.0),))
PRICE = PeakPrice(per_kw=4.0, least_kw=2.5)
TARIFF = Tariff(
    currency="EUR",
    prices=(PriceSlot(start=START, end=LEAVES, price_per_kwh=0.25),),
    peak=PRICE,
)


@dataclass
class Night:
    """A car that is to have 10 kWh in four hours, and plans that are made anew each quarter of an hour."""

    outlet: Outlet
    site: Site
    guarded: bool
    seen: PeaksSeen = field(default_factory=PeaksSeen)
    question: Question | None = None
    plan: Plan = field(default_factory=lambda: Plan(slots=()))
    wanted_kw: Mapping[datetime, float] = field(default_factory=dict[datetime, float])

    @property
    def missing_kwh(self) -> float:
        return max(0.0, 10.0 - self.outlet.energy_wh / 1000 * STORED)

    def look(self, snapshot: SiteSnapshot) -> tuple[SiteSnapshot, Mapping[str, Plan]]:
        at, power_w = snapshot.at, sum(snapshot.meters["site"].current_a.values()) * VOLTAGE_V
        self.seen = follow(self.seen, Sample(at=at, kw=power_w / 1000), window=QUARTER, days=[DAY])
        month = month_of(self.seen, at, window=QUARTER, days=[DAY], ends=DAY + timedelta(days=31))
        goal = Stage(energy_kwh=self.missing_kwh, departure=LEAVES)
        order = Order(evse_id="evse0", stages=(goal,), room_kwh=60.0, charging=True)
        starts = start_of(at, QUARTER)
        if self.question is None or start_of(self.question.at, QUARTER) != starts:
            self.question = Question(
                at=at, site=self.site, orders={"evse0": order}, tariff=TARIFF, outlook=USUAL, month=month
            )
            self.plan = make_plans(self.question)["evse0"]
            self.wanted_kw = wanted_kw(self.question, {"evse0": self.plan})
        watch = PeakWatch(
            starts=starts,
            ends=starts + QUARTER,
            used_kwh=month.window_kwh,
            target_kw=max(free_kw(month, PRICE), self.wanted_kw.get(starts, 0.0)),
        )
        goals = {"evse0": Goal(energy_kwh=goal.energy_kwh, departure=LEAVES)}
        seen = replace(snapshot, modes={"evse0": Mode.SMART}, peak=watch if self.guarded else None, goals=goals)
        return seen, {"evse0": guard(self.plan, order, self.site, at, seen=True)}


def night(*, guarded: bool) -> tuple[Night, float]:
    """Live it, and tell the month's peak, kW."""
    outlet, supply = Outlet(phases=3), parse_supply("40A", 3)
    outlet.plug(Car(ENDLESS, seed=2), START)
    evse = evse_for(outlet, "evse0", maximum_a=16.0)
    planned = Night(outlet, site_for(supply, [evse]), guarded)
    run = simulate(
        house=busy_day(2, phases=3),
        supply=supply,
        outlets=[outlet],
        seconds=4 * 3600,
        evses=[evse],
        look_ahead=planned.look,
    )
    return planned, max(quarter.total_kw for quarter in quarters(run))


def test_with_plans_that_are_made_anew_the_car_is_ready_and_the_peak_is_lower():
    free, unguarded_kw = night(guarded=False)
    guarded, guarded_kw = night(guarded=True)
    assert max(free.missing_kwh, guarded.missing_kwh) < 0.02
    assert guarded_kw < unguarded_kw - 3.0
