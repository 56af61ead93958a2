"""Keeps count of a run: trips, overloads, energy, and the time from the meter to the wire."""

import math
from datetime import datetime
from typing import Final

from .home import HomeState
from .perfect import Perfect
from .perfect_sharing import PerfectSharing
from .supply import Supply


class OverloadClock:
    """Finds the longest row of seconds with an overload."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.longest_s = 0
        self._row_s = 0

    def step(self, *, exceeded: bool) -> None:
        """One second."""
        self._row_s = self._row_s + 1 if exceeded else 0
        self.longest_s = max(self.longest_s, self._row_s)


class Score:
    """Sums over the seconds it is shown."""

    def __init__(self, supply: Supply, *, car_phases: int = 1, sharing: PerfectSharing | None = None) -> None:
        """Starts at zero: make one when the minutes begin to count. `sharing` is the measure for several cars."""
        self._supply = supply
        self._perfect = Perfect(supply, car_phases=car_phases)
        self._sharing = sharing
        self._overload = OverloadClock()
        self.seconds = 0
        self.trips = 0
        self.energy_kwh = 0.0

    @property
    def longest_overload_s(self) -> int:
        """The longest row of seconds with more than the supply's limit."""
        return self._overload.longest_s

    @property
    def possible_kwh(self) -> float:
        """What a perfect controller could have given."""
        return self._perfect.energy_kwh if self._sharing is None else self._sharing.energy_kwh

    @property
    def share_of_possible(self) -> float | None:
        """None where nothing was possible."""
        return self.energy_kwh / self.possible_kwh if self.possible_kwh else None

    def step(self, state: HomeState, *capabilities_a: float) -> None:
        """One second; `capabilities_a` are what each car would draw of all that its station can give, A per phase.

        Without them nothing was possible: so where a car is not to charge whenever it could.
        """
        self.seconds += 1
        self.trips += state.tripped
        self._overload.step(exceeded=self._supply.exceeded(state.total_a))
        self.energy_kwh += state.car_w / 3_600_000
        if not state.powered or not capabilities_a:
            return
        if self._sharing is None:
            self._perfect.step(state.house_a, *capabilities_a)
        else:
            self._sharing.step(state.house_a, capabilities_a)


CALLS_ABOVE_A: Final = 0.5
"""Twice the standard deviation of a 5 kW load within its minute: less above the limit is the load's own unrest."""

SILENCE_S: Final = 2.0
"""A meter that speaks each second and has not for so long is silent: what is commanded then is no answer to it."""


TOO_SOON_S: Final = 0.0015
"""A command this soon after a telegram answers the one before: parsing a telegram alone takes as long [measured]."""


class WireClock:
    """From a telegram that calls for less to the frame that brings less, both as the peers see them.

    A telegram calls for less when it says that the limit is exceeded by more than `CALLS_ABOVE_A`, and the station still
    offers so much that it will stay so. The clock starts when the meter wrote the first such telegram of an unbroken row, and stops when the station has read the
    SetChargingProfile that lowers its limit. A reduction that no telegram called for counts from the last telegram: the
    integration may have reasons to go down before the limit is exceeded.
    A reduction while the meter is silent answers no telegram: it is a command, and no wait.
    """

    def __init__(self) -> None:
        """Times are of one monotonic clock, in s."""
        self.commands = 0
        self.waits_ms: list[float] = []
        self._last_s: float | None = None
        self._before_last_s: float | None = None
        self._called_s: float | None = None

    def telegram(self, written_s: float, *, calls_for_less: bool) -> None:
        """The meter wrote a telegram."""
        if not calls_for_less or self._silent(written_s):
            self._called_s = None
        if calls_for_less and self._called_s is None:
            self._called_s = written_s
        self._before_last_s, self._last_s = self._last_s, written_s

    def command(self, received_s: float, *, reduces: bool) -> None:
        """The station read a SetChargingProfile."""
        self.commands += 1
        since_s = self._last_s if self._called_s is None else self._called_s
        if since_s is not None and received_s - since_s < TOO_SOON_S and self._before_last_s is not None:
            since_s = self._before_last_s
        if reduces and since_s is not None and not self._silent(received_s):
            self.waits_ms.append((received_s - since_s) * 1000)
            self._called_s = None

    def _silent(self, now_s: float) -> bool:
        return self._last_s is None or now_s - self._last_s > SILENCE_S

    def percentile_ms(self, share: float) -> float | None:
        """The wait that `share` of the reductions do not exceed (nearest rank); None without any."""
        if not self.waits_ms:
            return None
        ranked = sorted(self.waits_ms)
        return round(ranked[max(0, math.ceil(share * len(ranked)) - 1)], 1)


class FailsafeClock:
    """From a fault until the car draws at most the safe current, and stays there as long as the fault lasts."""

    def __init__(self, safe_a: float) -> None:
        """`safe_a` is what the home can bear with nobody steering."""
        self._safe_a = safe_a
        self._since: datetime | None = None
        self._safe_after_s: float | None = None
        self.slowest_s: float | None = None
        self.failed = False
        """A fault ended, or the run did, before the car was safe."""

    def begin(self, now: datetime) -> None:
        """The fault strikes."""
        self._since, self._safe_after_s = now, None

    def step(self, now: datetime, drawn_a: float) -> None:
        """One second of the car."""
        if self._since is None:
            return
        if drawn_a > self._safe_a:
            self._safe_after_s = None
        elif self._safe_after_s is None:
            self._safe_after_s = round((now - self._since).total_seconds(), 1)

    def end(self) -> None:
        """The fault is over."""
        if self._since is None:
            return
        self._since = None
        if self._safe_after_s is None:
            self.failed = True
        else:
            self.slowest_s = max(self.slowest_s or 0.0, self._safe_after_s)
