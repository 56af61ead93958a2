"""A month's peak in a house that does what nobody foresaw, with and without the guard: the engine, unchanged, against the simulated home."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from statistics import fmean

import pytest

from custom_components.smart_charging.engine.accounting.peaks import PeaksSeen, Sample, follow, month_of, start_of
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.peak_watch import PeakWatch
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.model.reason import ReasonCode
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from demo.car import Car, CarModel
from demo.electrical import VOLTAGE_V
from demo.outlet import Outlet
from demo.supply import parse_supply
from tests.simulation.houses import busy_day
from tests.simulation.world import START, Run, simulate

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
