"""Power boost: trips and overloads of our doing, and the share of what was possible, beside rivals.

Two measured houses, seven supplies, five meters that tell the momentary value once in 1 to 60 s (at a second of the
minute that chance decides, since a trace's load steps on the minute), one to five cars that fall in 1 to 5 s and rise in
1 to 40 s, chargers that tell their current each 10 s: see `matrix.py` for what of it is run. Every policy steers the same
seconds; the engine is the product's, unchanged, on a site as the product reads it, with a margin of 0 A.

Nothing goes dark after a trip, so that every second stays comparable. A trip is ours when the house alone had fewer in
that hour; Linky's threshold is read in both published ways, and nearness by the harsher one. The share is taken of what a
controller could have given that knows each second's house and whose cars follow at once, with the same minimum, step and
95 % of the offer drawn, and the cars in turns where not all minimums fit (`share_of_most`: serving for ever those who
together take the most). Commands are counted in calm hours: those in which the house's load moves by less than 1 A from
any minute to the next.

`python -m bench.shed --data DIR [--lag 1 --supply 6kVA --cars 1 --house uci …]` runs a part of it, for who tries ideas.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from demo.supply import parse_supply

from .__main__ import table
from .alone import watch_alone
from .case import Case, Window
from .data import DataDir
from .figures import Figures, percentile, together
from .house import run_window
from .matrix import CARS, LAGS_S, MINUTES, RISES_IN_S, House, cases, read_houses, turns
from .result import BenchResult, Row
from .rivals import POLICIES

PEAKS: Final = 2
OTHERS: Final = 1
"""How many windows of each kind a case is run in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One case in one window."""

    case: Case
    window: Window
    policies: tuple[str, ...]
    calm: bool = False


def run_job(job: Job) -> dict[str, Figures]:
    """Run all its policies; the figures by policy."""
    baseline = watch_alone(job.case, job.window)
    return {name: run_window(job.case, job.window, POLICIES[name](), baseline) for name in job.policies}


def jobs_of(houses: dict[str, House], policies: Sequence[str]) -> list[Job]:
    """Lay the windows over the cases: each takes the next ones."""
    peaks = {name: turns(house.peaks) for name, house in houses.items()}
    others = {name: turns(house.others) for name, house in houses.items()}
    calm = {name: turns(house.calm) for name, house in houses.items() if house.calm}
    jobs: list[Job] = []
    for case in cases():
        house, phases = houses[case.house], case.supply.phases
        starts = [next(peaks[case.house]) for _ in range(PEAKS)] + [next(others[case.house]) for _ in range(OTHERS)]
        jobs += [Job(case=case, window=house.window(start, phases), policies=tuple(policies)) for start in starts]
        if case.lag_s == LAGS_S[0] and case.house in calm:
            window = house.window(next(calm[case.house]), phases)
            jobs.append(Job(case=case, window=window, policies=("ours",), calm=True))
    return jobs


def run(data: DataDir) -> BenchResult:
    """Run the matrix."""
    jobs = jobs_of(read_houses(data), tuple(POLICIES))
    return summarise(list(zip(jobs, run_all(jobs), strict=True)))


def run_all(jobs: Sequence[Job], *, workers: int = 2) -> list[dict[str, Figures]]:
    """Run them side by side; the slowest first, so that no core waits at the end."""
    order = sorted(range(len(jobs)), key=lambda number: (jobs[number].case.lag_s, -jobs[number].case.cars))
    with ProcessPoolExecutor(workers) as pool:
        done = pool.map(run_job, [jobs[number] for number in order])
        results = dict(zip(order, done, strict=True))
    return [results[number] for number in range(len(jobs))]


type Results = Sequence[tuple[Job, dict[str, Figures]]]


def summarise(results: Results) -> BenchResult:
    """Make rows and summary."""
    normal = [(job, figures) for job, figures in results if not job.calm]
    calm = together([figures["ours"] for job, figures in results if job.calm])
    ours = together([figures["ours"] for _, figures in normal])
    rows = [
        _row(policy, f"lag {lag_s} s", _pick(normal, policy, _has(lag_s=lag_s)))
        for policy in normal[0][1]
        for lag_s in LAGS_S
    ]
    rows += [_row("ours", name, _pick(normal, "ours", which)) for name, which in _groups()]
    rows.append(_row("ours", "calm hours, lag 1 s", calm))
    shares = {lag_s: _pick(normal, "ours", _has(lag_s=lag_s)).share or 0.0 for lag_s in LAGS_S}
    summary = {
        "trips_ours": float(ours.trips_ours),
        "trips_house": float(ours.trips_house),
        "share_lag_1": shares[1],
        "share_lag_10": shares[10],
        "overload_ours_beyond_lag_p99_s": float(percentile(ours.beyond_lag_s, 0.99)),
        "overload_ours_max_s": float(max(ours.overloads_s, default=0)),
        "nearness_ours_max": ours.nearness,
        "commands_per_hour": calm.commands_per_hour or 0.0,
        "trips_perfect": float(ours.trips_perfect),
        "share_of_most_lag_1": _pick(normal, "ours", _has(lag_s=1)).share_of_most or 0.0,
        "share_of_most_lag_10": _pick(normal, "ours", _has(lag_s=10)).share_of_most or 0.0,
        "nearness_ever_max": ours.nearness_ever,
    }
    return BenchResult(rows=rows, summary=summary)


def _groups() -> list[tuple[str, Callable[[Case], bool]]]:
    """Name parts of the matrix for which ours is shown by itself."""
    supplies = list(dict.fromkeys(case.supply for case in cases()))
    return [
        *(
            (f"{supply.text}, lag {lag_s} s", _has(supply=supply, lag_s=lag_s))
            for supply in supplies
            for lag_s in LAGS_S
        ),
        *((f"{cars} cars, lag 1 s", _has(cars=cars, lag_s=1)) for cars in CARS),
        *((f"rises in {rise:g} s, lag 1 s", _has(rises_in_s=rise, lag_s=1)) for rise in RISES_IN_S),
    ]


def _has(**values: object) -> Callable[[Case], bool]:
    return lambda case: all(getattr(case, name) == value for name, value in values.items())


def _pick(results: Results, policy: str, which: Callable[[Case], bool]) -> Figures:
    return together([figures[policy] for job, figures in results if which(job.case)])


def _row(policy: str, what: str, figures: Figures) -> Row:
    lost = figures.possible or 1.0
    return {
        "policy": policy,
        "what": what,
        "hours": figures.charger_s / 3600,
        "trips": figures.trips_ours,
        "house": figures.trips_house,
        "perfect_trips": figures.trips_perfect,
        "share": figures.share,
        "share_of_most": figures.share_of_most,
        "paused": figures.lost_paused / lost,
        "low": figures.lost_low / lost,
        "small": figures.lost_small / lost,
        "car": figures.lost_car / lost,
        "overloads": len(figures.overloads_s),
        "beyond_lag_p99_s": percentile(figures.beyond_lag_s, 0.99),
        "longest_s": max(figures.overloads_s, default=0),
        "excess_a": figures.excess_a,
        "nearness": figures.nearness,
        "nearness_ever": figures.nearness_ever,
        "perfect_nearness": figures.nearness_perfect,
        "commands_per_hour": figures.commands_per_hour,
    }


def main(words: Sequence[str] | None = None) -> int:
    """`python -m bench.shed`: a part of the matrix, for who tries ideas."""
    parser = argparse.ArgumentParser(prog="python -m bench.shed")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--house", choices=("uci", "lpg"), action="append")
    parser.add_argument("--supply", help="such as 6kVA or 3x16A")
    parser.add_argument("--lag", type=int)
    parser.add_argument("--cars", type=int)
    parser.add_argument("--rise", type=float, help="from a higher offer until a car draws more, s")
    parser.add_argument("--policy", action="append", help="default: ours and instant")
    parser.add_argument("--windows", type=int, default=4, help="peak hours and others, half and half")
    parser.add_argument("--minutes", type=int, default=MINUTES, help="of a window")
    parser.add_argument("--jitter", type=float, default=0.0)
    parser.add_argument("--each", action="store_true", help="a row for each window")
    asked = parser.parse_args(words)
    began_s = time.monotonic()
    houses = read_houses(DataDir(asked.data), minutes=asked.minutes)
    policies = tuple(asked.policy or ("ours", "instant"))
    jobs = list(_asked_jobs(asked, houses, policies))
    results = list(zip(jobs, run_all(jobs), strict=True))
    rows = [
        _row(policy, f"{job.case.house} {job.window.name}", together([figures[policy]]))
        for job, figures in results
        for policy in policies
        if asked.each
    ]
    rows += [_row(policy, "all", _pick(results, policy, _has())) for policy in policies]
    print(table(rows))
    print(f"{len(jobs)} windows, {time.monotonic() - began_s:.0f} s")
    return 0


def _asked_jobs(asked: argparse.Namespace, houses: dict[str, House], policies: tuple[str, ...]) -> Iterable[Job]:
    chosen = [case for case in cases() if asked.house is None or case.house in asked.house]
    if asked.supply is not None:
        phases, text = (3, asked.supply[2:]) if asked.supply.startswith("3x") else (1, asked.supply)
        supply = parse_supply(text, phases)
        chosen = [case for case in chosen if case.supply == supply]
    if asked.lag is not None:
        chosen = list({(case.house, case.supply): replace(case, lag_s=asked.lag) for case in chosen}.values())
    for case in chosen:
        case = replace(  # noqa: PLW2901
            case,
            cars=asked.cars or case.cars,
            rises_in_s=case.rises_in_s if asked.rise is None else asked.rise,
        )
        house = houses[case.house]
        starts = house.peaks[: (asked.windows + 1) // 2] + house.others[: asked.windows // 2]
        for start in starts:
            window = house.window(start, case.supply.phases, jitter=asked.jitter)
            yield Job(case=case, window=window, policies=policies)


if __name__ == "__main__":
    sys.exit(main())
