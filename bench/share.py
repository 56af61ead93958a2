"""Power sharing in a garage: how much of what was possible is delivered, ours and rivals.

The sessions are those of ACN-Data's Caltech garage in 2019 (54 spaces), and the 27 capacities those of the published
comparison: 20 to 150 kW in steps of 5 (Lee and others, "Adaptive Charging Networks: A Framework for Smart Electric Vehicle
Charging", 2021; there the mean share of what was asked for is 95.3 % for the offline optimum, 93.2 for least laxity
first, 93.1 for earliest deadline first, 92.3 for round robin, 91.3 for first come first served). The site is a European
one: each space has one phase and 32 A at 230 V, the spaces are dealt to three phases, and each phase bears a third of the
capacity. Who asks for more than 32 A can give in its stay asks for that much. Each of `DAYS` days, evenly chosen from the
weekdays of at least 30 sessions, is run with each capacity, and for the strategies besides laxity with each fourth one.

Ours is the engine, unchanged: it knows the departure and the request of the cars that are there, and nothing of those to
come. The rivals know the same; they decide each 5 minutes, as published, and take 0 or 6 to 32 A as well (`llf_at_once`
decides also whenever a car comes, goes or is full). The optimum knows all beforehand, and neither minimum nor step binds it.
A run takes some three minutes on two idle cores, and two or three times that on busy ones.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Final

from custom_components.smart_charging.engine.model.strategy import Strategy

from .acn import PHASES, VOLTAGE_V, Day, read_days, sample
from .data import DataDir
from .garage import Controller, Outcome, live_through
from .optimum import optimum_kwh
from .published import Published
from .result import BenchResult, Cell, Row
from .share_ours import Ours, site_of

CAPACITIES_KW: Final = tuple(range(20, 151, 5))
DAYS: Final = 5
EVERY: Final = 4
"""The strategies besides laxity are run with each so-and-so-many-th capacity."""

OURS: Final = Strategy.LAXITY.value
RIVALS: Final = ("llf", "edf", "round_robin", "fcfs")
AT_ONCE: Final = "llf_at_once"
OTHERS: Final = (Strategy.EQUAL.value, Strategy.PRIORITY.value, Strategy.FIRST_COME.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One day, with one capacity, under one controller."""

    day: Day
    capacity_kw: int
    name: str

    @property
    def limit_a(self) -> float:
        """Per phase."""
        return limit_a(self.capacity_kw)


def limit_a(capacity_kw: float) -> float:
    """Tell what each phase bears."""
    return capacity_kw * 1000 / PHASES / VOLTAGE_V


def controller(job: Job) -> Controller:
    """Make the one that is named."""
    if job.name == AT_ONCE:
        return Published("llf", job.limit_a, at_once=True)
    if job.name in RIVALS:
        return Published(job.name, job.limit_a)
    return Ours(site_of(job.day, job.limit_a, Strategy(job.name)))


def run_job(job: Job) -> Outcome:
    """Let its day pass."""
    return live_through(job.day, job.limit_a, controller(job))


def run(data: DataDir) -> BenchResult:
    """Run all days with all capacities."""
    return compare(sample(read_days(data), DAYS), CAPACITIES_KW)


def compare(days: Sequence[Day], capacities_kw: Sequence[int], *, workers: int | None = None) -> BenchResult:
    """Run these days with these capacities; rows and summary."""
    jobs = [Job(day=day, capacity_kw=kw, name=name) for name, kw in _asked(capacities_kw) for day in days]
    outcomes = dict(zip(jobs, run_all(jobs, workers or os.cpu_count() or 1), strict=True))
    best = {day.name: optimum_kwh(day, [limit_a(kw) for kw in capacities_kw]) for day in days}
    rows = [
        _row(kw, days, [best[day.name][number] for day in days], partial(_find, outcomes, kw, days))
        for number, kw in enumerate(capacities_kw)
    ]
    return BenchResult(rows=rows, summary=_summary(rows, outcomes))


def run_all(jobs: Sequence[Job], workers: int) -> list[Outcome]:
    """Run them side by side; a single worker is this very process."""
    if workers == 1:
        return [run_job(job) for job in jobs]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(run_job, jobs))


def _asked(capacities_kw: Sequence[int]) -> list[tuple[str, int]]:
    """List who is run with which capacity; what takes long is first, so that no core waits at the end."""
    everywhere = [(name, kw) for name in (OURS, AT_ONCE, *RIVALS) for kw in capacities_kw]
    return [(name, kw) for name in OTHERS for kw in capacities_kw[::EVERY]] + everywhere


def _find(outcomes: Mapping[Job, Outcome], kw: int, days: Sequence[Day], name: str) -> list[Outcome]:
    jobs = [Job(day=day, capacity_kw=kw, name=name) for day in days]
    return [outcomes[job] for job in jobs if job in outcomes]


def _row(kw: int, days: Sequence[Day], best: Sequence[float], find: Callable[[str], list[Outcome]]) -> Row:
    """Shares of what was asked for, each the mean of the days."""
    asked = [day.asked_kwh for day in days]
    ours = find(OURS)
    sessions = sum(len(day.sessions) for day in days)
    row: dict[str, Cell] = {
        "capacity_kw": kw,
        "optimum": _mean_ratio(best, asked),
        OURS: _mean_ratio([outcome.delivered_kwh for outcome in ours], asked),
        "of_optimum": _mean_ratio([outcome.delivered_kwh for outcome in ours], best),
        "starts": sum(outcome.starts for outcome in ours) / sessions,
        "commands": sum(outcome.commands for outcome in ours) / sessions,
    }
    for name in (*OTHERS, *RIVALS, AT_ONCE):
        found = find(name)
        row[name] = _mean_ratio([outcome.delivered_kwh for outcome in found], asked) if found else None
    return row


def _mean_ratio(values: Sequence[float], to: Sequence[float]) -> float:
    return fmean(value / whole for value, whole in zip(values, to, strict=True))


def _summary(rows: Sequence[Row], outcomes: Mapping[Job, Outcome]) -> dict[str, float]:
    def mean(name: str) -> float:
        return fmean(_number(row, name) for row in rows)

    return {
        "delivered_of_optimum": mean("of_optimum"),
        "delivered_of_optimum_worst": min(_number(row, "of_optimum") for row in rows),
        "delivered_mean": mean(OURS),
        "delivered_optimum_mean": mean("optimum"),
        "delivered_llf_mean": mean("llf"),
        "delivered_llf_at_once_mean": mean(AT_ONCE),
        "delivered_min_difference": min(_number(row, OURS) - _number(row, "llf") for row in rows),
        "delivered_min_difference_at_once": min(_number(row, OURS) - _number(row, AT_ONCE) for row in rows),
        "starts_per_session": mean("starts"),
        "overload_max_a": max(0.0, *(outcome.overload_a for outcome in outcomes.values())),
    }


def _number(row: Row, name: str) -> float:
    value = row[name]
    assert isinstance(value, float)
    return value
