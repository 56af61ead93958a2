"""Whether a station takes limits, and whether its current follows: its yes is no proof.

Where it does not follow, the limit is put otherwise (`Station.distrust`, the csms's ladder); until the station has said
yes to that, nobody knows what it offers.
"""

from datetime import datetime, timedelta
from typing import Final

from ..csms.records import AcknowledgedLimit
from ..csms.station import Station
from ..engine.model.shortcoming import Shortcoming

# A car follows within seconds (IEC 61851-1, A.4: 5 s), and stations take their time to pass a limit on.
_FOLLOWS_WITHIN: Final = timedelta(seconds=10)

# What a meter is off by, and what a car takes more than it is offered, as the engine's own judge of obedience has it.
_TOLERANCE_A: Final = 1.0
_TOLERANCE_SHARE: Final = 0.05

# One reading may be an old one that came late.
_READINGS: Final = 2

# A refusal may come of a transaction that has just ended.
_REFUSALS: Final = 3


class Trust:
    """What one connector has shown so far."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._refusals = 0
        self._above = 0
        self._judged: datetime | None = None
        self._ignores = False
        self.lost = False
        """The station did not follow its last limit: what it offers is not known until it takes the next."""

    @property
    def shortcomings(self) -> frozenset[Shortcoming]:
        """What its owner has to know of."""
        found = set()
        if self._refusals >= _REFUSALS:
            advice = self._station.advice
            found.add(Shortcoming.LIMITS_REFUSED if advice is None else Shortcoming(advice))
        if self._ignores:
            found.add(Shortcoming.LIMITS_IGNORED)
        return frozenset(found)

    def accepted(self) -> None:
        """It said yes to a limit."""
        self._refusals = 0
        self.lost = False

    def refused(self) -> None:
        """It said no."""
        self._refusals += 1

    def forget_limit(self) -> None:
        """Its transaction began or ended, and a limit with it: what it offers is what it falls back to."""
        self.lost = False

    def measured(
        self, limit: AcknowledgedLimit | None, since: datetime | None, current_a: float | None, at: datetime
    ) -> bool:
        """Hold a measurement (the highest phase, A) against the limit that has had its value `since` then.

        Returns whether it has just shown that it follows no limit, however that is put.
        """
        if limit is None or since is None or current_a is None or limit.until is None or at >= limit.until:
            return False
        if since != self._judged:
            self._judged, self._above = since, 0
        if at - since < _FOLLOWS_WITHIN:
            return False
        if current_a <= limit.limit_a * (1 + _TOLERANCE_SHARE) + _TOLERANCE_A:
            self._above, self._ignores = 0, False
            return False
        self._above += 1
        if self._above != _READINGS or self.lost:
            return False
        self.lost = self._station.distrust()
        given_up = not self.lost and not self._ignores
        self._ignores = not self.lost
        return given_up
