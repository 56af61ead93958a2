"""The matrix of the shed benchmark: which combinations are run, and in which hours of which houses.

The full cross product is 2 houses x 7 supplies x 5 lags x 3 numbers of cars x 3 reactions. Run are all 70 of house,
supply and lag; the numbers of cars and the reactions are laid over them such that every pair of values of any two
factors occurs.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

from demo.supply import parse_supply
from demo.trace import HouseLoad, Trace, read_trace

from .case import ALONE_S, WARM_UP_S, Case, Window
from .data import DataDir

HOUSES: Final = {"uci": "load_uci_sceaux_1min_*.csv.gz", "lpg": "load_lpg_chr01_1min_*.csv.gz"}
SUPPLIES: Final = (("3kVA", 1), ("6kVA", 1), ("9kVA", 1), ("12kVA", 1), ("16A", 3), ("20A", 3), ("25A", 3))
LAGS_S: Final = (1, 5, 10, 30, 60)
CARS: Final = (1, 2, 5)
RISES_IN_S: Final = (1.0, 10.0, 40.0)
"""From a higher offer until a car draws more: at once, and the ends of what is seen. A lower one is followed in 1 to 5 s."""

MINUTES: Final = 60
"""Of a window, that count."""
SEED: Final = 2026
CALM_A: Final = 1.0
"""In a calm hour the house's load moves by less than this from any minute to the next."""


def cases() -> tuple[Case, ...]:
    """List the combinations."""
    return tuple(
        Case(
            house=house,
            supply=parse_supply(*supply),
            lag_s=lag_s,
            cars=CARS[(row + column + 2 * block) % 3],
            rises_in_s=RISES_IN_S[(row + 2 * column + block) % 3],
            seed=100 * block + 10 * row + column,
        )
        for block, house in enumerate(HOUSES)
        for row, supply in enumerate(SUPPLIES)
        for column, lag_s in enumerate(LAGS_S)
    )


class House:
    """One measured house, cut into windows. The order in which they are handed out depends on the seed alone."""

    def __init__(self, trace: Trace, *, minutes: int = MINUTES, seed: int = SEED) -> None:
        """The trace has a line a minute."""
        self._trace, self._minutes, self._seed = trace, minutes, seed
        starts = self._starts()
        chance = Random(f"windows {seed}")
        means = self._means_w(starts)
        by_day: dict[object, datetime] = {}
        for start in starts:
            best = by_day.get(start.date())
            if best is None or means[start] > means[best]:
                by_day[start.date()] = start
        self.peaks = list(by_day.values())
        """The hour of each day in which the house takes most."""
        self.others = list(starts)
        chance.shuffle(self.peaks)
        chance.shuffle(self.others)
        self.calm = [start for start in self.others if self._is_calm(start)]

    def window(self, start: datetime, phases: int, *, jitter: float = 0.0) -> Window:
        """Cut a window out; with `jitter`, each second's load differs from its minute's by so much of it."""
        alone = timedelta(seconds=ALONE_S + WARM_UP_S)
        house = HouseLoad(self._trace, start=start - alone, phases=phases, seed=self._seed, jitter=jitter)
        step_s = 1 if jitter else 60
        seconds = ALONE_S + WARM_UP_S + 60 * self._minutes
        return Window(
            name=f"{start:%Y-%m-%d %H:%M}",
            loads_a=tuple(house.at_a(second) for second in range(0, seconds, step_s)),
            step_s=step_s,
        )

    def _starts(self) -> list[datetime]:
        """Whole windows, one after another, with nothing missing in them."""
        index = {when: number for number, when in enumerate(self._trace.times)}
        ahead, length = timedelta(seconds=ALONE_S + WARM_UP_S), timedelta(minutes=self._minutes)
        minute, starts = timedelta(minutes=1), list[datetime]()
        start = self._trace.times[0] + ahead
        while start + length <= self._trace.end:
            first, last = index.get(start - ahead), index.get(start + length - minute)
            if first is not None and last is not None and last - first == (ahead + length) / minute - 1:
                starts.append(start)
            start += length
        self._index = index
        return starts

    def _watts(self, start: datetime) -> Sequence[float]:
        first = self._index[start]
        return self._trace.watts[first : first + self._minutes]

    def _means_w(self, starts: Sequence[datetime]) -> dict[datetime, float]:
        return {start: sum(self._watts(start)) / self._minutes for start in starts}

    def _is_calm(self, start: datetime) -> bool:
        watts = self._watts(start)
        return all(abs(after - before) < CALM_A * 230 for before, after in pairwise(watts))


def read_houses(data: DataDir, *, minutes: int = MINUTES) -> dict[str, House]:
    """Read the measured houses."""
    return {name: House(read_trace(_one(data.files(pattern))), minutes=minutes) for name, pattern in HOUSES.items()}


def _one(paths: Sequence[Path]) -> Path:
    return paths[0]


def turns[T](items: Sequence[T]) -> Iterator[T]:
    """Hand out one after another, and begin again at the end."""
    while True:
        yield from items
