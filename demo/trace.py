"""The house's load, from a measured or synthetic trace."""

import gzip
import math
import random
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final, TextIO

from .electrical import VOLTAGE_V
from .errors import DemoError

HOUSE_EVENING: Final = Path(__file__).parent / "data" / "house_evening.csv"
"""The trace that ships with the demo; `data/make_house_evening.py` made it."""
HOUSE_NIGHT: Final = Path(__file__).parent / "data" / "house_night.csv"
"""A whole night of the same kind of house; `data/make_house_night.py` made it."""

EVENING: Final = (time(17), time(23))
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
NEAR: Final = timedelta(hours=3)
"""A hole this near to the part that is played refuses the trace; in a file of a day or less, any hole does."""

LPG_START: Final = datetime(2021, 1, 1)  # noqa: DTZ001 traces are in naive local time
"""The first minute of a LoadProfileGenerator file."""

MAXIMUM_W: Final = 200_000.0
"""More than any home: a number in the wrong unit or column."""

PHASE_SHARES: Final = (0.5, 0.3, 0.2)
"""How unevenly a three-phase home loads its phases [assumption]; the seed decides which phase is which."""

_WATT_COLUMNS: Final = {
    ("local_naive", "active_w"): "UCI household 235",
    ("minute_of_2021_cet", "watt"): "LoadProfileGenerator",
    ("time", "house_w"): "this project's own",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Loads in W, each from its time until the next one's; naive local times."""

    name: str
    times: tuple[datetime, ...]
    watts: tuple[float, ...]
    step: timedelta
    holes: tuple[tuple[int, datetime, datetime], ...] = ()
    """(line number, the last time before, the first time after)."""

    @property
    def end(self) -> datetime:
        """Where the last value ends."""
        return self.times[-1] + self.step

    def at_w(self, when: datetime) -> float:
        """The load in W at `when`: the value of the minute it falls in. Past its end the trace starts again."""
        length = self.end - self.times[0]
        when = self.times[0] + (when - self.times[0]) % length
        return self.watts[bisect_right(self.times, when) - 1]

    def start_at(self, text: str | None) -> datetime:
        """Where `--from TIME` begins: an ISO date and time, `HH:MM` on the trace's first day that has it, or the peak.

        Raises:
            DemoError: not a time, or outside the trace.

        """
        if text is None:
            return self.evening_peak()
        try:
            clock = time.fromisoformat(text)
        except ValueError:
            return self._date_and_time(text)
        start = datetime.combine(self.times[0].date(), clock)
        start = start if start >= self.times[0] else start + DAY
        if start >= self.end:
            raise DemoError(
                f"--from {text}: {self.name} has {self.times[0]:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}"
            )
        return start

    def evening_peak(self) -> datetime:
        """Where the hour of the highest mean load between 17:00 and 23:00 begins; the trace's start if it has no evening."""
        steps = max(1, round(HOUR / self.step))
        best, best_w, window_w = self.times[0], -1.0, sum(self.watts[:steps])
        for index in range(len(self.watts) - steps + 1):
            start = self.times[index]
            # An hour with a hole in it is no candidate: its values span more than an hour.
            whole = self.times[index + steps - 1] - start == (steps - 1) * self.step
            if whole and _in_evening(start) and window_w > best_w:
                best, best_w = start, window_w
            if index + steps < len(self.watts):
                window_w += self.watts[index + steps] - self.watts[index]
        return best

    def refuse_holes(self, start: datetime, length: timedelta) -> None:
        """Refuse a hole where it would be played, or near it.

        Measured traces of months have holes; they are no reason to refuse an evening weeks away.

        Raises:
            DemoError: naming the line after the hole.

        """
        for line, before, after in self.holes:
            short = self.end - self.times[0] <= DAY
            if short or (after > start - NEAR and before < start + length + NEAR):
                missing = before + self.step
                raise DemoError(
                    f"{self.name}, line {line}: {missing:%Y-%m-%d %H:%M:%S} is missing before {after:%H:%M:%S}"
                )

    def _date_and_time(self, text: str) -> datetime:
        try:
            start = datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            raise DemoError(f"--from {text}: expected HH:MM or a date and time such as 2006-12-20T18:00") from None
        if not self.times[0] <= start < self.end:
            raise DemoError(
                f"--from {text}: {self.name} has {self.times[0]:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}"
            )
        return start


def _in_evening(start: datetime) -> bool:
    first, last = EVENING
    return first <= start.time() and start + HOUR <= datetime.combine(start.date(), last)


class HouseLoad:
    """A trace played from one moment on: W per phase for each second."""

    def __init__(self, trace: Trace, *, start: datetime, phases: int, seed: int = 0, jitter: float = 0.0) -> None:
        """`jitter` is the standard deviation of each second's load around its minute's, as a share of it."""
        chance = random.Random(f"house {seed}")
        shares = list(PHASE_SHARES)
        chance.shuffle(shares)
        self.shares = (1.0,) if phases == 1 else tuple(shares)
        self._trace, self._start, self._seed, self._jitter = trace, start, seed, jitter

    def at_w(self, elapsed_s: float) -> tuple[float, ...]:
        """W per phase, `elapsed_s` after the start. The same second always gives the same load."""
        load_w = self._trace.at_w(self._start + timedelta(seconds=elapsed_s))
        if self._jitter:
            load_w *= max(0.0, random.Random(f"{self._seed} {int(elapsed_s)}").gauss(1.0, self._jitter))
        return tuple(load_w * share for share in self.shares)

    def at_a(self, elapsed_s: float) -> tuple[float, ...]:
        """As `at_w`, in A."""
        return tuple(load_w / VOLTAGE_V for load_w in self.at_w(elapsed_s))

    def time_at(self, elapsed_s: float) -> datetime:
        """The trace's own time of day."""
        return self._start + timedelta(seconds=elapsed_s)


def read_trace(path: Path) -> Trace:
    """Read a trace (CSV, or CSV.gz).

    Raises:
        DemoError: one line that names the file and, for its content, the line.

    """
    try:
        with _open(path) as file:
            return _parse(path.name, file)
    except OSError as error:
        raise DemoError(f"{path}: {error.strerror or error}") from None
    except (UnicodeDecodeError, EOFError) as error:
        raise DemoError(f"{path}: not a text file: {error}") from None


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _parse(name: str, lines: Iterable[str]) -> Trace:
    times: list[datetime] = []
    watts: list[float] = []
    numbers: list[int] = []
    for number, when, load_w in _rows(name, lines):
        if times and when <= times[-1]:
            raise DemoError(f"{name}, line {number}: {when:%Y-%m-%d %H:%M:%S} is not after {times[-1]:%H:%M:%S}")
        times.append(when)
        watts.append(load_w)
        numbers.append(number)
    if len(times) < 2:
        raise DemoError(f"{name}: fewer than two lines of data")
    pairs = list(zip(numbers[1:], times, times[1:], strict=False))
    step = min(after - before for _, before, after in pairs)
    holes = tuple(pair for pair in pairs if pair[2] - pair[1] != step)
    return Trace(name=name, times=tuple(times), watts=tuple(watts), step=step, holes=holes)


def _rows(name: str, lines: Iterable[str]) -> Iterator[tuple[int, datetime, float]]:
    rows = enumerate(lines, start=1)
    _, first = next(rows, (1, ""))
    header = [cell.strip() for cell in first.lstrip("\ufeff").split(",")]
    columns = next((pair for pair in _WATT_COLUMNS if header[:2] == list(pair)), None)
    if columns is None:
        known = "; ".join(",".join(pair) for pair in _WATT_COLUMNS)
        raise DemoError(f"{name}, line 1: the first two columns are none of: {known}")
    for number, row in rows:
        cells = [cell.strip() for cell in row.split(",")]
        if len(cells) != len(header):
            raise DemoError(f"{name}, line {number}: {len(cells)} columns instead of {len(header)}")
        yield number, _time(name, number, cells[0], columns[0]), _watts(name, number, cells[1])


def _time(name: str, number: int, text: str, column: str) -> datetime:
    try:
        if column == "minute_of_2021_cet":
            return LPG_START + timedelta(minutes=int(text))
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError, OverflowError:
        raise DemoError(f"{name}, line {number}: {text!r} is not a time") from None


def _watts(name: str, number: int, text: str) -> float:
    try:
        load_w = float(text)
    except ValueError:
        raise DemoError(f"{name}, line {number}: {text!r} is not a number of watts") from None
    if not math.isfinite(load_w) or not 0.0 <= load_w <= MAXIMUM_W:
        raise DemoError(f"{name}, line {number}: {text!r} is not a load of a home in W")
    return load_w
