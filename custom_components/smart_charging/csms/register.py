"""Adds up what an energy register rose, whatever a station does to the register, its clock, or the order of messages."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

# A register that rises faster than any connector can deliver was set, not charged; the slack is for coarse registers.
# Nor does any vehicle take more between two readings, however far apart a faulty clock puts them.
_MOST_W: Final = 1e6
_SLACK_WH: Final = 1000.0
_MOST_WH: Final = 1e6
_MOST_UNTIMED_WH: Final = 1e5  # a large car's battery, from empty to full

# What is read otherwise than it is written has to fit much better.
_MOST_MEANT_W: Final = 5e4
_MOST_MEANT_STEP_WH: Final = 150.0  # a tenth of a kWh, and what was charged since
_MOST_MEANT_WH: Final = 3000.0


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


def _hours(earlier: Reading, later: Reading) -> float:
    """How long it may have been from one to the other."""
    spans = [later.at - earlier.at]
    if earlier.station_at is not None and later.station_at is not None:
        # What was kept while the station was offline arrives all at once.
        spans.append(later.station_at - earlier.station_at)
    return max(0.0, *(span.total_seconds() / 3600 for span in spans))


def _increase_wh(earlier: Reading, later: Reading) -> float:
    """What was charged in between, Wh: 0 where the register was set."""
    increase_wh = later.register_wh - earlier.register_wh
    return increase_wh if 0.0 <= increase_wh <= _most_wh(earlier, later) else 0.0


def _most_wh(earlier: Reading, later: Reading) -> float:
    """What may have been charged in between."""
    most_wh = min(_MOST_W * _hours(earlier, later) + _SLACK_WH, _MOST_WH)
    if earlier.station_at is not None and later.station_at is not None and later.station_at < earlier.station_at:
        # The station's clock was set back in between: how long it took nobody knows.
        most_wh = max(most_wh, _MOST_UNTIMED_WH)
    return most_wh


class EnergyCounter:
    """Adds up a register's increases. A register that falls, or jumps out of all reason, starts over uncounted.

    Readings may arrive late and out of order: one from before the first counts back to it, one from between two that
    were counted adds nothing. `in_kwh`: the last reading was written in kWh, and said Wh. `above`: register and energy
    where the register fell, both Wh, while it may come back to where it was.
    """

    def __init__(
        self,
        first: Reading | None = None,
        last: Reading | None = None,
        energy_wh: float = 0.0,
        *,
        in_kwh: bool = False,
        above: tuple[float, float] | None = None,
    ) -> None:
        self._first = first
        self._last = last or first
        self._energy_wh = energy_wh
        self.in_kwh = in_kwh
        self.above = above

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
        reading = self._as_meant(reading)
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
            self._go_on(self._last, reading)

    def _go_on(self, last: Reading, reading: Reading) -> None:
        if last.register_wh - reading.register_wh > _SLACK_WH:
            self.above = last.register_wh, self._energy_wh
        increase_wh = _increase_wh(last, reading)
        if self.above is not None:
            # Some count from 0 in meter values, and from the meter's own register at the start and the end.
            register_wh, energy_wh = self.above
            beyond_wh = reading.register_wh - register_wh - (self._energy_wh - energy_wh)
            if -_MOST_MEANT_STEP_WH <= beyond_wh <= _most_wh(last, reading):
                self.above = None
                increase_wh = max(0.0, beyond_wh)
        self._energy_wh += increase_wh
        self._last = reading

    def _as_meant(self, reading: Reading) -> Reading:
        """The reading in Wh: some stations write kWh and say Wh in meter values, and mean Wh at the start and the end.

        Only where the register would have fallen, to a fraction at first, and would not have in kWh. One that was reset to
        just this value costs no more than what is counted then.
        """
        last = self._last
        if last is None or reading.register_wh >= last.register_wh:
            return reading
        if reading.register_wh.is_integer() and not self.in_kwh:
            return reading
        meant = replace(reading, register_wh=reading.register_wh * 1000)
        most_wh = min(_MOST_MEANT_W * _hours(last, reading) + _MOST_MEANT_STEP_WH, _MOST_MEANT_WH)
        self.in_kwh = 0.0 <= meant.register_wh - last.register_wh <= most_wh
        return meant if self.in_kwh else reading
