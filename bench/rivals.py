"""Rival policies, written by us from their documented behaviour, each in a few lines; and two that nobody can build.

Where a rival knows nothing of several cars it is favoured: it is taken to split what there is evenly.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from demo.electrical import CAR_MINIMUM_A
from demo.perfect import HARDWARE_MAXIMUM_A, Offers, perfect_turns

from .charger import STEP_A, takers_of
from .house import Look, Policy
from .ours import Ours


def _offer_a(current_a: float, step_a: float = STEP_A) -> float:
    """What a charger is told: nothing below its minimum."""
    if current_a < CAR_MINIMUM_A:
        return 0.0
    return math.floor(min(current_a, HARDWARE_MAXIMUM_A) / step_a + 1e-6) * step_a


class RoundRobin:
    """As evcc: each 30 s one of the chargers, in turn, by the one current that the circuit knows, its highest phase's.

    A charger gets what it draws, and the limit minus that current; a meter that was silent for a minute stops it.
    """

    PERIOD_S: Final = 30
    SILENT_S: Final = 60
    WHOLE_A: Final = 1.0
    initial_a = 0.0

    def __init__(self) -> None:
        """The first charger is the first."""
        self._turn = 0

    def decide(self, look: Look) -> Sequence[float] | None:
        """One second."""
        if look.second % self.PERIOD_S or look.read_a is None or look.read_at is None:
            return None
        offers = [item.commanded_a for item in look.chargers]
        turn, self._turn = self._turn % len(offers), self._turn + 1
        silent = (look.now - look.read_at).total_seconds() > self.SILENT_S
        room_a = -math.inf if silent else look.limit_a - max(look.read_a)
        drawn_a = max(look.chargers[turn].measured_a or (0.0,))
        offers[turn] = _offer_a(drawn_a + room_a, self.WHOLE_A)
        return offers


class Table:
    """As the load balancer integration for Home Assistant: an overload is borne for as long as its table says, then all of it is cut.

    What there is less is taken to 0 A, not to a pause below 6 A, which comes to the same at the charger. More is given
    after a quarter of an hour. The last limit stays when the meter is gone.
    """

    BEARS: Final = ((0.13, 60), (0.40, 30), (1.00, 10))
    """Up to so much above the limit, as a share of it, for so many seconds."""
    WRITES_S: Final = 20
    RAISES_S: Final = 15 * 60
    initial_a = HARDWARE_MAXIMUM_A

    def __init__(self) -> None:
        """At its maximum, as a new session is there."""
        self._borne_s = 0.0
        self._current_a = HARDWARE_MAXIMUM_A
        self._cut_at = self._wrote_at = -self.RAISES_S

    def decide(self, look: Look) -> Sequence[float] | None:
        """One second."""
        if look.read_a is None:
            return None
        # The meter's value is taken as it stands, however old it is.
        room_a = math.floor(look.limit_a - max(look.read_a))
        excess = -room_a / look.limit_a
        bears_s = next((seconds for share, seconds in self.BEARS if excess <= share), 0)
        if excess <= 0:
            self._borne_s = max(0.0, self._borne_s - 1)
        else:
            self._borne_s += 1
        if excess > 0 and self._borne_s > bears_s and look.second - self._wrote_at >= self.WRITES_S:
            self._cut_at = look.second
        elif not (room_a > 0 and look.second - max(self._cut_at, self._wrote_at) >= self.RAISES_S):
            return None
        self._wrote_at, self._borne_s = look.second, 0.0
        each_a = room_a / len(look.chargers)
        self._current_a = min(HARDWARE_MAXIMUM_A, max(0.0, self._current_a + each_a))
        return [_offer_a(self._current_a)] * len(look.chargers)


class Quarter:
    """As SmartEVSE: with each of the meter's reports a quarter of the headroom up, all of the excess down, split evenly.

    A start is at the minimum, for 40 s. Where the minimums do not fit three times in a row it stops, and so it does when
    the meter's report is older than 11 s; after a stop it waits for a minute.
    """

    PERIOD_S: Final = 2
    SILENT_S: Final = 11
    SHORT: Final = 2
    WAITS_S: Final = 60
    MINIMUM_S: Final = 40
    initial_a = CAR_MINIMUM_A

    def __init__(self) -> None:
        """Not started."""
        self._total_a = 0.0
        self._short = 0
        self._since = -self.WAITS_S
        self._read_at: datetime | None = None

    def decide(self, look: Look) -> Sequence[float] | None:
        """One second."""
        count = len(look.chargers)
        if look.read_a is None or look.read_at is None or (look.now - look.read_at).total_seconds() > self.SILENT_S:
            return self._stop(look)
        if look.read_at == self._read_at or look.second % self.PERIOD_S:
            return None
        self._read_at = look.read_at
        room_a, least_a, since_s = look.limit_a - max(look.read_a), count * CAR_MINIMUM_A, look.second - self._since
        if not self._total_a:
            if since_s < self.WAITS_S or room_a < least_a:
                return [0.0] * count
            self._total_a, self._since = least_a, look.second
            return [CAR_MINIMUM_A] * count
        total_a = self._total_a + (room_a / 4 if room_a > 0 else room_a)
        self._short = self._short + 1 if total_a < least_a else 0
        if self._short > self.SHORT:
            return self._stop(look)
        most_a = count * HARDWARE_MAXIMUM_A if since_s >= self.MINIMUM_S else least_a
        self._total_a = min(max(total_a, least_a), most_a)
        return [_offer_a(self._total_a / count)] * count

    def _stop(self, look: Look) -> Sequence[float]:
        self._total_a, self._short, self._since = 0.0, 0, look.second
        return [0.0] * len(look.chargers)


class Fixed:
    """Half of the supply, split evenly: what is set where nobody measures. At least the minimum."""

    initial_a = CAR_MINIMUM_A

    def decide(self, look: Look) -> Sequence[float] | None:
        """One second."""
        return [_offer_a(max(CAR_MINIMUM_A, look.limit_a / 2 / len(look.chargers)))] * len(look.chargers)


class Uncontrolled:
    """All that the charger can."""

    initial_a = HARDWARE_MAXIMUM_A

    def decide(self, look: Look) -> Sequence[float] | None:
        """Nobody steers."""
        return [item.commanded_a for item in look.chargers]


class Instant:
    """No rival but a bound: it knows this second's house in this second, and offers what is left, without any damping.

    What it misses is missed by the cars, which follow late; what it exceeds, likewise.
    """

    TURN_S: Final = 1800
    initial_a = CAR_MINIMUM_A

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._known: dict[tuple[float, ...], tuple[Offers, ...]] = {}

    def decide(self, look: Look) -> Sequence[float] | None:
        """One second."""
        if look.house_a not in self._known:
            room_a = [look.limit_a - house for house in look.house_a]
            self._known[look.house_a] = perfect_turns(room_a, takers_of(look.chargers), step_a=STEP_A)
        turns = self._known[look.house_a]
        return turns[look.second // self.TURN_S % len(turns)]


POLICIES: Final[Mapping[str, Callable[[], Policy]]] = {
    "ours": Ours,
    "instant": Instant,
    "round robin 30 s": RoundRobin,
    "table 10/30/60 s": Table,
    "quarter up, all down": Quarter,
    "fixed": Fixed,
    "none": Uncontrolled,
}
