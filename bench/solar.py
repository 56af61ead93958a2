"""How much of the sun above a home a car gets, and how much it takes from the grid beside that; ours and rivals.

Roofs of 5, 7.5 and 10 kWp (SimBench's profiles, `sky.py`'s clouds) above a house (LoadProfileGenerator's household, the
same day of the year; the house near Paris of UCI's data set on its own days of winter), every `EACH_DAYS` days of a year.
Below them a charger on one phase, and one on three phases that can be switched; 16 A, a car that is never full, follows 1
to 5 s late and takes 95 % of its offer (`roof.py`). The meter speaks each `METER_S`. To the policies the days follow one
another: what a day takes of a count is missing on the next one.

`surplus_used` is what the car took of the surplus, over what a clairvoyant controller's car would have taken
(`roof.Oracle`); a car that is held at its minimum under a cloud takes sun that the oracle leaves, so it can exceed 1, at the
grid's expense. `surplus_used_by_second` counts only what the oracle would have used in the very same second. `grid_share` is
the part of the car's energy that came from the grid. `starts_per_day` and `switches_per_day` are those of the worst day.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing import get_context
from typing import Final

from . import sky
from .data import DataDir
from .result import BenchError, BenchResult, Row
from .roof import Day, Oracle, Policy, Station, Tally, day_of, run_days
from .sky import Profile
from .sun_ours import Ours
from .sun_rivals import EachHalfMinute, EachReport, EachTenSeconds

METER_S: Final = 5
EACH_DAYS: Final = 19
FIRST_DAY: Final = 8
"""So chosen, their sun is that of the whole year of all eight profiles, to 2 %."""
ROOFS_KWP: Final = (5.0, 7.5, 10.0)
MINUTES: Final = 1440
DAYS: Final = 365
WINTER_DAYS: Final = 6
"""So many of the house near Paris, spread over those that are whole."""
CAR_SEED: Final = 1

OURS: Final = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """A charger: how many phases, and whether it can be switched."""

    name: str
    phases: int
    can_switch: bool

    @property
    def oracle(self) -> Oracle:
        """What it is measured against."""
        return Oracle(choices=(1, self.phases) if self.can_switch else (self.phases,))


WIRINGS: Final = (
    Wiring(name="one phase", phases=1, can_switch=False),
    Wiring(name="three, switched", phases=3, can_switch=True),
)

POLICIES: Final[Mapping[str, Callable[[Wiring], Policy]]] = {
    OURS: lambda wiring: Ours(phases=wiring.phases, can_switch=wiring.can_switch, meter_s=METER_S),
    "as evcc: 30 s": lambda wiring: EachHalfMinute(can_switch=wiring.can_switch),
    "as openWB: 10 s": lambda wiring: EachTenSeconds(can_switch=wiring.can_switch),
    "as SmartEVSE: each report": lambda wiring: EachReport(can_switch=wiring.can_switch),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One policy, one charger, one home."""

    policy: str
    wiring: Wiring
    home: str
    days: Sequence[Day]

    def run(self) -> Tally:
        """All of its days."""
        station = Station(phases=self.wiring.phases, seed=CAR_SEED)
        return run_days(self.days, POLICIES[self.policy](self.wiring), station, self.wiring.oracle)


def run(data: DataDir) -> BenchResult:
    """Run all policies over all days."""
    homes = read_homes(data)
    jobs = [
        Job(policy=policy, wiring=wiring, home=home, days=days)
        for policy in POLICIES
        for home, days in homes.items()
        for wiring in WIRINGS
    ]
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        tallies = pool.map(Job.run, jobs, chunksize=1)
    rows: list[Row] = []
    wholes: dict[str, Tally] = {policy: Tally() for policy in POLICIES}
    for job, tally in zip(jobs, tallies, strict=True):
        wholes[job.policy].add(tally)
        if job.policy == OURS:
            rows.append(_row(job.policy, job.home, job.wiring.name, tally))
    rows += [
        _row(policy, "all", wiring.name, _whole(jobs, tallies, policy, wiring))
        for policy in POLICIES
        for wiring in WIRINGS
    ]
    rows += [_row(policy, "all", "all", whole) for policy, whole in wholes.items()]
    return BenchResult(rows=rows, summary=summary_of(wholes[OURS]))


def _whole(jobs: Sequence[Job], tallies: Sequence[Tally], policy: str, wiring: Wiring) -> Tally:
    whole = Tally()
    for job, tally in zip(jobs, tallies, strict=True):
        if job.policy == policy and job.wiring == wiring:
            whole.add(tally)
    return whole


def _row(policy: str, home: str, charger: str, tally: Tally) -> Row:
    return {
        "policy": policy,
        "home": home,
        "charger": charger,
        "car_kwh_day": tally.car / tally.days,
        "surplus_used": _share(tally.sun, tally.oracle),
        "by_second": _share(tally.used, tally.oracle),
        "lost_paused": _share(tally.lost_paused, tally.oracle),
        "lost_one_phase": _share(tally.lost_one_phase, tally.oracle),
        "lost_late": _share(tally.lost_late, tally.oracle),
        "grid_share": _share(tally.grid, tally.car),
        "starts": tally.starts / tally.days,
        "starts_worst": tally.most_starts,
        "switches": tally.switches / tally.days,
        "switches_worst": tally.most_switches,
        "commands_h": tally.commands / tally.seconds * 3600,
    }


def summary_of(ours: Tally) -> dict[str, float]:
    """What is followed from release to release."""
    return {
        "surplus_used": _share(ours.sun, ours.oracle),
        "surplus_used_by_second": _share(ours.used, ours.oracle),
        "grid_share": _share(ours.grid, ours.car),
        "starts_per_day": float(ours.most_starts),
        "starts_per_day_mean": ours.starts / ours.days,
        "switches_per_day": float(ours.most_switches),
        "switches_per_day_mean": ours.switches / ours.days,
        "switches_under_load": float(ours.under_load),
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def read_homes(data: DataDir) -> dict[str, list[Day]]:
    """The days of each home, by its name."""
    profiles = read_profiles(data)
    year_w = [float(row["watt"]) for row in data.rows(data.files("load_lpg_*.csv.gz")[0])]
    homes: dict[str, list[Day]] = {}
    for kwp in ROOFS_KWP:
        homes[f"{kwp:g} kWp"] = [
            _day(profiles[number % len(profiles)], day, kwp, year_w[day * MINUTES : (day + 1) * MINUTES])
            for number, day in enumerate(range(FIRST_DAY, DAYS, EACH_DAYS))
        ]
    winter = read_winter(data)
    chosen = [sorted(winter)[number * len(winter) // WINTER_DAYS] for number in range(WINTER_DAYS)]
    homes[f"{ROOFS_KWP[-1]:g} kWp, winter near Paris"] = [
        _day(profiles[number % len(profiles)], when.timetuple().tm_yday - 1, ROOFS_KWP[-1], winter[when])
        for number, when in enumerate(chosen)
    ]
    return homes


def _day(profile: Profile, day: int, kwp: float, house_w: Sequence[float]) -> Day:
    roof_w = [kwp * 1000 * share for share in sky.seconds(profile, day)]
    return day_of(f"{profile.name}, day {day}", roof_w, house_w)


def read_profiles(data: DataDir) -> list[Profile]:
    """The roofs' profiles."""
    columns: dict[str, list[float]] = {}
    for row in data.rows(data.files("pv_simbench_*.csv.gz")[0]):
        for name, value in row.items():
            if name != "time":
                columns.setdefault(name, []).append(float(value))
    return [Profile(name, values) for name, values in columns.items()]


def read_winter(data: DataDir) -> dict[date, list[float]]:
    """The whole days of the house near Paris, W each minute."""
    days: dict[date, list[float]] = {}
    for row in data.rows(data.files("load_uci_*.csv.gz")[0]):
        days.setdefault(datetime.fromisoformat(row["local_naive"]).date(), []).append(float(row["active_w"]))
    whole = {when: values for when, values in days.items() if len(values) == MINUTES}
    if len(whole) < WINTER_DAYS:
        raise BenchError(f"load_uci has {len(whole)} whole days, not {WINTER_DAYS}")
    return whole
