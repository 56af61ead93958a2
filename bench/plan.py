"""Plans: how much of the possible saving they find, whether cars are ready in time, and how long planning takes.

One kind of car (`plan_car.py`), real day-ahead prices without any surcharge (`plan_prices.py`), which are paid as they are:

- `capture_known`: `KNOWN` nights, half of them in the Netherlands of 2020 to 2022 and half in the France of 2015 and 2016; a
  car comes between 17 and 20 h, leaves between 6 and 8 h and needs 8 to 45 kWh, all by a fixed seed. The saving of our plan
  against charging at once, over that of a clairvoyant (`plan_bound.py`): a linear programme which neither counts starts nor
  shares anything with the planner. Whoever plans looks as far as the departure itself, without a margin.
- `capture_known_4_cars`: four such cars on a circuit that can feed two at a time. The bound is a fluid, which cars can in
  general not follow, so that 1 cannot be reached.
- `capture_forecast`: a car in France is plugged in at 10:00 and leaves on the morning after tomorrow. The next day's prices
  are published at 13:00; until then the mean of the file's two forecasts is taken for them, as an estimate. The forecasts
  for a day were made on the day before it, so for the last morning the car's owner is told a little more than could be
  known. Planned anew each hour.
- `goals_met`: of nights in which something goes wrong (`plan_world.py`, in steps of 15 s) beside a real house at a
  supply of 20 A: those who have what they need at departure, of those of whom anybody could have it who knew all that would
  go wrong (`plan_lives.py`). Smart Charging drives there as it does at home (`plan_ours.py`): with the margin that goals have where nobody says
  otherwise, planned anew each quarter of an hour and whenever a plan does not fit any more, with what it sees the car take, and with its guard.
- `t_…_ms`, `loop_blocked_max_ms` (`plan_time.py`), `memory_mb` (`plan_memory.py`): medians in an executor's thread; the longest time between
  two ticks of an event loop that ticks each 5 ms meanwhile, so that it cannot be less than 5 ms.

The rows besides: what each way to choose the hours (`plan_policies.py`) pays in such nights, and in four months of 2021's Netherlands
with nothing in the way, with the house's load below a supply of 20 A, and with Flanders' price for the month's peak on top, of which
each night bears its part. `captured` is of what is least possible, where that is known; `saved` is by how much a kWh in the battery is
cheaper than at once.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from itertools import chain
from multiprocessing import get_context
from typing import Final, Protocol

from .data import DataDir
from .plan_house import read_house
from .plan_known import ALONE_A, TWO_A, Known, Saved, capture, forecasts_of
from .plan_lives import Ended, months, troubled
from .plan_memory import memory_mb
from .plan_policies import AT_ONCE, OURS
from .plan_prices import nights_of, read_dutch, read_french
from .plan_time import SIZES, Timed, quarters, quiet_gap_ms, time_all
from .result import BenchResult, Row

KNOWN: Final = 500
FOURS: Final = 5
FORECASTS: Final = 4
TROUBLED: Final = 12
MONTHLY: Final = 40
TIMED: Final = 20
"""Of so many known nights one is also a night of four cars; and so on."""
SEED: Final = 2026
_TWO_DAYS: Final = 192


class Job(Protocol):
    """Something to be run, in whatever process."""

    def run(self) -> Saved | list[Ended]:
        """Run it."""
        ...


def run(data: DataDir, nights: int = KNOWN) -> BenchResult:
    """Run all; with less nights each kind has less, and at least a few."""
    return measure(data, nights, SIZES)


def measure(data: DataDir, nights: int, sizes: Sequence[tuple[int, int]]) -> BenchResult:
    """Run all, and time plans of these sizes: cars, and slots of a quarter of an hour."""
    dutch, french, house = read_dutch(data), read_french(data), read_house(data)
    # First, while nothing else runs.
    quiet_ms = asyncio.run(quiet_gap_ms())
    timed = time_all(dutch, sizes, max(3, nights // TIMED))
    grown_mb = memory_mb([slot.price_per_kwh for slot in quarters(dutch, dutch.days()[0], _TWO_DAYS)])
    kinds: dict[str, Sequence[Job]] = {
        "months": list(months(dutch, house, max(1, nights // MONTHLY), SEED)),
        "troubles": list(troubled(dutch, house, max(2, nights // TROUBLED), SEED)),
        "forecast": forecasts_of(french, max(2, nights // FORECASTS), SEED),
        "known, 4 cars": [
            Known(night=night, limit_a=TWO_A)
            for market in (dutch, french)
            for night in nights_of(market, max(2, nights // FOURS // 2), 4, SEED)
        ],
        "known": [
            Known(night=night, limit_a=ALONE_A)
            for market in (dutch, french)
            for night in nights_of(market, max(2, nights // 2), 1, SEED)
        ],
    }
    results = _run_all([job for jobs in kinds.values() for job in jobs])
    found = {kind: [next(results) for _ in jobs] for kind, jobs in kinds.items()}
    saved = {kind: [one for one in ones if isinstance(one, Saved)] for kind, ones in found.items()}
    ended = list(chain.from_iterable(ones for of_kind in found.values() for ones in of_kind if isinstance(ones, list)))
    return BenchResult(
        rows=[*_saved_rows(saved), *_ended_rows(ended), *_time_rows(timed, quiet_ms)],
        summary={
            "capture_known": capture(saved["known"]),
            "capture_known_4_cars": capture(saved["known, 4 cars"]),
            "capture_forecast": capture(saved["forecast"]),
            "goals_met": met_share([one for one in ended if one.policy == OURS and one.group.startswith("trouble")]),
            **{f"t_{one.cars}x{one.slots}_ms": one.median_ms for one in timed},
            "loop_blocked_max_ms": max(one.gap_ms for one in timed),
            "memory_mb": grown_mb,
            "nights": float(sum(map(len, saved.values())) + sum(one.policy == OURS for one in ended)),
        },
    )


def _run_all(jobs: Sequence[Job]) -> Iterator[Saved | list[Ended]]:
    """Run them side by side."""
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        yield from pool.map(_run_one, jobs, chunksize=4)


def _run_one(job: Job) -> Saved | list[Ended]:
    return job.run()


def met_share(ended: Sequence[Ended]) -> float:
    """Tell the share of goals that were met of those that could be; 1 where none could."""
    feasible = [one for one in ended if one.feasible]
    return sum(one.met for one in feasible) / len(feasible) if feasible else 1.0


def _saved_rows(saved: dict[str, list[Saved]]) -> Iterator[Row]:
    for kind, nights in saved.items():
        for market in sorted({night.market for night in nights}):
            own = [night for night in nights if night.market == market]
            at_once, ours = sum(night.at_once for night in own), sum(night.ours for night in own)
            yield {
                "what": f"{kind}, {market}",
                "policy": OURS,
                "nights": len(own),
                "eur_night": ours / len(own),
                "least": sum(night.least for night in own) / len(own),
                "captured": capture(own),
                "saved": 1 - ours / at_once,
                "missed_kwh": sum(night.missed_kwh for night in own) / len(own),
            }


def _ended_rows(ended: Sequence[Ended]) -> Iterator[Row]:
    for group, policy in dict.fromkeys((one.group, one.policy) for one in ended):
        own, at_once = ([one for one in ended if (one.group, one.policy) == (group, by)] for by in (policy, AT_ONCE))
        yield {
            "what": group,
            "policy": policy,
            "nights": len(own),
            "eur_night": sum(one.paid for one in own) / len(own),
            **_of_least(own, at_once),
            "saved": 1 - _per_kwh(own) / _per_kwh(at_once),
            "goals_met": met_share(own),
            "feasible": sum(one.feasible for one in own),
            "missed_kwh": sum(one.missed_kwh for one in own) / len(own),
            "starts": sum(one.starts for one in own) / len(own),
        }


def _of_least(own: Sequence[Ended], at_once: Sequence[Ended]) -> Row:
    """How much of what could have been saved was, where that is known."""
    least = [one.least for one in own if one.least is not None]
    if len(least) < len(own):
        return {}
    paid, most, fewest = sum(one.paid for one in own), sum(one.paid for one in at_once), sum(least)
    return {"least": fewest / len(own), "captured": (most - paid) / (most - fewest) if most > fewest else 1.0}


def _per_kwh(ended: Sequence[Ended]) -> float:
    return sum(one.paid for one in ended) / sum(one.stored_kwh for one in ended)


def _time_rows(timed: Sequence[Timed], quiet_ms: float) -> Iterator[Row]:
    for one in timed:
        yield {
            "what": f"{one.cars} cars x {one.slots} slots",
            "plans": len(one.times_ms),
            "median_ms": one.median_ms,
            "max_ms": max(one.times_ms),
            "loop_gap_ms": one.gap_ms,
        }
    yield {"what": "nothing planned", "loop_gap_ms": quiet_ms}
