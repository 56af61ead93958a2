"""Charging sessions of a real garage, cut into days.

The sessions are those of ACN-Data (Lee, Li, Low: "ACN-Data: Analysis and Applications of an Open EV Charging Dataset",
2019), of Caltech's garage: who came when and left when to which space, and how much was asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from .data import DataDir
from .result import BenchError

PATTERN: Final = "ev_sessions_acn_*.csv.gz"
SITE: Final = "caltech"
VOLTAGE_V: Final = 230.0
MAXIMUM_A: Final = 32.0
MINIMUM_A: Final = 6.0
PHASES: Final = 3

LONGEST_S: Final = 24 * 3600.0
"""Who stays for longer is taken to leave then, so that a day is a day."""
BUSY: Final = 30
"""So many sessions make a busy day."""
WEEKDAYS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One car, from `arrives_s` to `leaves_s`: seconds since its day began.

    `asked_kwh` is what its driver asked for, or all that its space can give until it leaves, if that is less.
    """

    space: str
    phase: int
    """The site's phase behind the space, 0 to 2."""
    arrives_s: float
    leaves_s: float
    asked_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The sessions that began on one day, in the order of arrival."""

    name: str
    sessions: tuple[Session, ...]

    @property
    def asked_kwh(self) -> float:
        """All that is asked for."""
        return sum(session.asked_kwh for session in self.sessions)


def most_kwh(current_a: float, seconds: float) -> float:
    """The energy of a current on one phase."""
    return current_a * VOLTAGE_V * seconds / 3_600_000


def read_days(data: DataDir) -> list[Day]:
    """Every busy weekday, in order. The spaces are dealt to the phases by their names.

    Raises:
        BenchError: a row cannot be understood, or two cars are in one space at once.
    """
    rows = [row for path in data.files(PATTERN) for row in data.rows(path) if row.get("site") == SITE]
    spaces = {space: number % PHASES for number, space in enumerate(sorted({row["station"] for row in rows}))}
    by_date: dict[date, list[Session]] = {}
    for row in rows:
        try:
            arrival, session = _read(row, spaces)
        except (KeyError, ValueError) as error:
            raise BenchError(f"a session cannot be understood ({error}): {row}") from error
        if session is not None and arrival.weekday() < WEEKDAYS:
            by_date.setdefault(arrival.date(), []).append(session)
    return [_day(when, found) for when, found in sorted(by_date.items()) if len(found) >= BUSY]


def sample[T](items: Sequence[T], count: int) -> list[T]:
    """So many of the items, evenly from the first to the last."""
    if count >= len(items):
        return list(items)
    return [items[(2 * number + 1) * len(items) // (2 * count)] for number in range(count)]


def _read(row: dict[str, str], spaces: dict[str, int]) -> tuple[datetime, Session | None]:
    """Read one row by the garage's own clock; no session where nothing was asked for, or nobody stayed."""
    arrival = datetime.fromisoformat(row["arrival"]).replace(tzinfo=None)
    departure = datetime.fromisoformat(row["departure"]).replace(tzinfo=None)
    midnight = datetime.combine(arrival.date(), time())
    stay_s = min((departure - arrival) / timedelta(seconds=1), LONGEST_S)
    asked_kwh = float(row["requested_kwh"] or 0)
    if stay_s <= 0 or asked_kwh <= 0:
        return arrival, None
    arrives_s = (arrival - midnight) / timedelta(seconds=1)
    return arrival, Session(
        space=row["station"],
        phase=spaces[row["station"]],
        arrives_s=arrives_s,
        leaves_s=arrives_s + stay_s,
        asked_kwh=min(asked_kwh, most_kwh(MAXIMUM_A, stay_s)),
    )


def _day(when: date, sessions: Iterable[Session]) -> Day:
    ordered = tuple(sorted(sessions, key=lambda session: (session.arrives_s, session.space)))
    for before, after in pairwise(sorted(ordered, key=lambda session: (session.space, session.arrives_s))):
        if before.space == after.space and after.arrives_s < before.leaves_s:
            raise BenchError(f"{when}: two cars are in {before.space} at once")
    return Day(name=when.isoformat(), sessions=ordered)
