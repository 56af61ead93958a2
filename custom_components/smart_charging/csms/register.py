"""Adds up what an energy register rose, whatever a station does to the register, its clock, or the order of messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# A register that rises faster than any connector can deliver was set, not charged; the slack is for coarse registers.
# Nor does any vehicle take more between two readings, however far apart a faulty clock puts them.
_MOST_W: Final = 1e6
_SLACK_WH: Final = 1000.0
_MOST_WH: Final = 1e6
_MOST_UNTIMED_WH: Final = 1e5  # a large car's battery, from empty to full


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A register, Wh, which arrived `at` by our clock, and was read at `station_at` by the station's.

    `sequence` counts the station's messages about a transaction (OCPP 2.0.1, `seqNo`): it tells the order better.
    """

    register_wh: float
    at: datetime
    station_at: datetime | None = None
    sequence: int | None = None

    def before(self, other: Reading) -> bool:
        """Whether the station took this one first; False where that is not known."""
        if self.sequence is not None and other.sequence is not None and self.sequence != other.sequence:
            return self.numbered_before(other)
        return self.station_at is not None and other.station_at is not None and self.station_at < other.station_at

    def numbered_before(self, other: Reading) -> bool:
        """Whether the station took this one first by its own count, which no clock upsets; False where it did not count."""
        return self.sequence is not None and other.sequence is not None and self.sequence < other.sequence


def _increase_wh(earlier: Reading, later: Reading) -> float:
    """What was charged in between, Wh: 0 where the register was set."""
    spans = [later.at - earlier.at]
    if earlier.station_at is not None and later.station_at is not None:
        # What was kept while the station was offline arrives all at once.
        spans.append(later.station_at - earlier.station_at)
    hours = max(0.0, *(span.total_seconds() / 3600 for span in spans))
    most_wh = min(_MOST_W * hours + _SLACK_WH, _MOST_WH)
    if spans[-1] < timedelta():
        # The station's clock was set back in between: how long it took nobody knows.
        most_wh = max(most_wh, _MOST_UNTIMED_WH)
    increase_wh = later.register_wh - earlier.register_wh
    return increase_wh if 0.0 <= increase_wh <= most_wh else 0.0


class EnergyCounter:
    """Adds up a register's increases. A register that falls, or jumps out of all reason, starts over uncounted.

    Readings may arrive late and out of order: one from before the first counts back to it, one from between two that
    were counted adds nothing.
    """

    def __init__(self, first: Reading | None = None, last: Reading | None = None, energy_wh: float = 0.0) -> None:
        self._first = first
        self._last = last or first
        self._energy_wh = energy_wh

    @property
    def first(self) -> Reading | None:
        """The earliest reading; None while there was none."""
        return self._first

    @property
    def last(self) -> Reading | None:
        """The latest reading; None while there was none."""
        return self._last

    @property
    def energy_wh(self) -> float | None:
        """What was counted, in Wh; None while no register was ever seen."""
        return None if self._last is None else self._energy_wh

    def read(self, reading: Reading | None) -> None:
        """Take in a reading of the register."""
        if reading is None:
            return
        if self._first is None or self._last is None:
            self._first = self._last = reading
        elif reading.before(self._first) and reading.register_wh <= self._first.register_wh:
            self._energy_wh += _increase_wh(reading, self._first)
            self._first = reading
        elif not (
            reading.numbered_before(self._last)
            or (reading.before(self._last) and reading.register_wh < self._last.register_wh)
        ):
            # A clock that was set back does not make a higher register an earlier one.
            self._energy_wh += _increase_wh(self._last, reading)
            self._last = reading
