"""The best way of one car through all spans, where each kWh in its battery has a value: found exactly, span by span.

Charging begins and ends with a span that may be used in part; what lies between is used as a whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from .job import Job
from .market import Market
from .problem import HAIR
from .schedule import IDLE, Use


@dataclass(frozen=True, slots=True)
class Walk:
    """A way, what it costs with its starts, and what is in the battery by the end of each span, from 0 on, kWh."""

    uses: list[Use]
    cost: float
    stored_kwh: list[float]


@dataclass(frozen=True, slots=True)
class _Choice:
    """What may be done with one span."""

    use: Use
    cost: float
    stored_kwh: float


type _Trail = tuple[_Choice, _Trail] | None
"""What was chosen in each span so far, the last one first."""
type _State = tuple[float, _Trail]
"""What it has cost to be there, less what was stored, and how one comes there."""

_NEVER: Final[_State] = (float("inf"), None)
_HERE: Final[_State] = (0.0, None)
_LEFT_OUT: Final = _Choice(IDLE, 0.0, 0.0)
_IMPOSSIBLE: Final = _Choice(IDLE, float("inf"), 0.0)


class Ways:
    """All ways of one car."""

    def __init__(self, job: Job, markets: Sequence[Market]) -> None:
        self._job = job
        self._edges = [_edges(job, market) for market in markets]
        self._middles = [_middles(job, market) for market in markets]

    def best(self, worth_per_kwh: Sequence[float]) -> Walk:
        """Find the way that costs least, less what it stores at this worth by span; of equal ones that which is over first."""
        job = self._job
        # It has not charged yet; it does not, but did or may; it does, and goes on.
        fresh, off, on = (_NEVER, _HERE, _HERE) if job.charging else (_HERE, _HERE, _NEVER)
        if job.continuous and not job.charging:
            off = _NEVER
        for edges, middles, worth in zip(self._edges, self._middles, worth_per_kwh, strict=True):
            source = fresh if job.continuous else off
            edge, edge_gain = _best(edges, worth)
            middle, middle_gain = _best(middles, worth)
            begun = (source[0] + job.start_cost + edge_gain, (edge, source[1]))
            ended = (on[0] + edge_gain, (edge, on[1]))
            gone_on = (on[0] + middle_gain, (middle, on[1]))
            left_out = (off[0], (_LEFT_OUT, off[1]))
            fresh = (fresh[0], (_LEFT_OUT, fresh[1]))
            off = min(left_out, ended, begun, key=_cost)
            on = min(gone_on, begun, key=_cost)
        gain, trail = min(off, fresh, key=_cost)
        return _walk(gain, trail, worth_per_kwh)

    def with_each(self, worth_per_kwh: Sequence[float]) -> list[tuple[float, float]]:
        """Tell, by span, what the best way costs at this worth that charges there, and that which does not.

        A car that may start only once is taken for one that may start often: it cannot cost less.
        """
        job = self._job
        # At its edge a span may also be used for no more than a moment.
        gains = [
            (min(0.0, _best(edges, worth)[1]) if edges[0] is not _IMPOSSIBLE else _NEVER[0], _best(middles, worth)[1])
            for edges, middles, worth in zip(self._edges, self._middles, worth_per_kwh, strict=True)
        ]
        # What it costs from before each span to the end: off, and on.
        ahead = [(0.0, _NEVER[0])]
        for edge, middle in reversed(gains):
            off, on = ahead[-1]
            begun = job.start_cost + edge
            ahead.append((min(off, begun + min(off, on)), min(edge + off, middle + on)))
        ahead.reverse()
        off, on = 0.0, 0.0 if job.charging else _NEVER[0]
        found: list[tuple[float, float]] = []
        for (edge, middle), (off_after, on_after) in zip(gains, ahead[1:], strict=True):
            begun = off + job.start_cost + edge
            charges = min(begun + min(off_after, on_after), on + min(edge + off_after, middle + on_after))
            found.append((charges, off + off_after))
            off, on = min(off, on + edge, begun), min(on + middle, begun)
        return found


def _walk(gain: float, trail: _Trail, worth_per_kwh: Sequence[float]) -> Walk:
    chosen: list[_Choice] = []
    while trail is not None:
        choice, trail = trail
        chosen.append(choice)
    chosen.reverse()
    stored_kwh = list(accumulate((choice.stored_kwh for choice in chosen), initial=0.0))
    paid = sum(worth * choice.stored_kwh for worth, choice in zip(worth_per_kwh, chosen, strict=True))
    return Walk([choice.use for choice in chosen], gain + paid, stored_kwh)


def _cost(state: _State) -> float:
    return state[0]


def _best(choices: Sequence[_Choice], worth: float) -> tuple[_Choice, float]:
    """The one that costs least, less what it stores."""
    best, least = choices[0], choices[0].cost - worth * choices[0].stored_kwh
    for choice in choices[1:]:
        if (gain := choice.cost - worth * choice.stored_kwh) < least:
            best, least = choice, gain
    return best, least


def _edges(job: Job, market: Market) -> list[_Choice]:
    """With as much as it can, for a part of the span: of what is free, or all of it."""
    most_kw = market.ceiling_kw
    if most_kw <= 0:
        return [_IMPOSSIBLE]
    parts = [most_kw, market.own_kw] if HAIR < market.own_kw < most_kw else [most_kw]
    return [_choice(job, market, Use(most_kw, mean_kw / most_kw)) for mean_kw in parts]


def _middles(job: Job, market: Market) -> list[_Choice]:
    """For the whole span, with as much or as little as it can, or with just what is free."""
    most_kw, least_kw = market.ceiling_kw, job.lowest_kw
    if most_kw <= 0:
        return [_IMPOSSIBLE]
    powers_kw = {most_kw, least_kw, *((market.own_kw,) if least_kw < market.own_kw < most_kw else ())}
    return [_choice(job, market, Use(power_kw)) for power_kw in sorted(powers_kw, reverse=True)]


def _choice(job: Job, market: Market, use: Use) -> _Choice:
    stored_kwh = job.stored_kwh(use.power_kw, use.share, market.hours)
    return _Choice(use, market.cost(use.mean_kw), stored_kwh)
