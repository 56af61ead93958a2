"""One car beside the others: when it should charge.

Each kWh in its battery is given a value, and the best way for that value is found exactly (`walk.py`). The value is raised
until the battery gets what is wanted; what is too much then is given back where it is dearest. The value also proves, by
duality, what nothing can cost less than.
"""

from collections.abc import Sequence
from itertools import accumulate

from .job import Job, Want
from .market import Market
from .problem import HAIR
from .schedule import IDLE, Use, Uses, missed, starts
from .walk import Walk, Ways

_MOST_ROUNDS = 40
"""Each round of the search comes nearer to the value; a handful are needed."""
_NEAREST = 3
"""So many ways are tried, since the one that costs least is not always the one that has least to give back."""
_TURNS = 3
"""Wants by several times are settled one after the other, this often."""


def charge_alone(job: Job, markets: Sequence[Market]) -> list[Use]:
    """Find when it charges best. Of two ways that are equally good the earlier one is taken."""
    search = Search(job, markets)
    search.run()
    found = [[IDLE] * len(markets), *(_give_back(job, markets, walk) for walk in search.nearest)]
    return min(found, key=lambda uses: _score(job, markets, uses))


def _score(job: Job, markets: Sequence[Market], uses: Uses) -> float:
    hours = [market.hours for market in markets]
    paid = sum(market.cost(use.mean_kw) for market, use in zip(markets, uses, strict=True))
    return paid + job.start_cost * starts(job, uses) + missed(job, uses, hours)


class Search:
    """Looks for the value of a kWh, by the deadline that it counts for."""

    def __init__(self, job: Job, markets: Sequence[Market]) -> None:
        self._ways = Ways(job, markets)
        self._count = len(markets)
        self._wants = {before: _wants(job, before) for before in sorted({want.before for want in job.wants})}
        self._values = dict.fromkeys(self._wants, 0.0)
        self._known: dict[tuple[float, ...], Walk] = {}
        self._enough: list[Walk] = []

    def run(self) -> None:
        """Look."""
        self._enough = [self._walk()]
        for _ in range(_TURNS if len(self._wants) > 1 else 1):
            for before in self._wants:
                self._settle(before)

    @property
    def nearest(self) -> list[Walk]:
        """The ways that were found last of those that store enough, as far as it is worth that."""
        return self._enough[: -_NEAREST - 1 : -1]

    def least(self) -> float:
        """Tell the score that no schedule of this car can be lower than: the values that were found prove it."""
        walk = self._walk()
        paid = sum(value * walk.stored_kwh[before] for before, value in self._values.items())
        return walk.cost - paid + self._missed()

    def least_with_each(self) -> list[tuple[float, float]]:
        """Tell, by span, what none can be lower than that charges there, and that does not."""
        missed = self._missed()
        return [(on + missed, off + missed) for on, off in self._ways.with_each(self._worth())]

    def _missed(self) -> float:
        return sum(self._least_missed(before) for before in self._wants)

    def _least_missed(self, before: int) -> float:
        """The lowest that missing some and paying for the rest can come to."""
        wants, value = self._wants[before], self._values[before]
        return min(
            value * stored_kwh + sum(want.worth_per_kwh * max(0.0, want.energy_kwh - stored_kwh) for want in wants)
            for stored_kwh in (0.0, *(want.energy_kwh for want in wants))
        )

    def _settle(self, before: int) -> None:
        """Raise one value until what is wanted is met, as far as it is worth that."""
        wants, worth = self._wants[before], 0.0
        for want, lesser in zip(wants, (*wants[1:], wants[-1]), strict=True):
            worth += want.worth_per_kwh
            walk = self._at(before, worth)
            self._enough = [walk]
            if walk.stored_kwh[before] >= want.energy_kwh - HAIR:
                self._meet(before, want.energy_kwh, worth)
                return
            if walk.stored_kwh[before] >= lesser.energy_kwh - HAIR:
                return

    def _meet(self, before: int, energy_kwh: float, most: float) -> None:
        """Find the value at which it begins to take `energy_kwh`: at `most` it takes as much."""
        high, low = self._at(before, most), self._at(before, 0.0)
        if low.stored_kwh[before] >= energy_kwh - HAIR:
            self._enough = [low]
            return
        for _ in range(_MOST_ROUNDS):
            value = (self._rest(high, before) - self._rest(low, before)) / (
                high.stored_kwh[before] - low.stored_kwh[before]
            )
            walk = self._at(before, value)
            if self._gain(walk, before, value) >= self._gain(low, before, value) - HAIR:
                break
            if walk.stored_kwh[before] >= energy_kwh - HAIR:
                high = walk
                self._enough.append(walk)
            else:
                low = walk

    def _gain(self, walk: Walk, before: int, value: float) -> float:
        return self._rest(walk, before) - value * walk.stored_kwh[before]

    def _rest(self, walk: Walk, before: int) -> float:
        """What a way costs, less what it gains by the other deadlines."""
        return walk.cost - sum(
            value * walk.stored_kwh[other] for other, value in self._values.items() if other != before
        )

    def _at(self, before: int, value: float) -> Walk:
        self._values[before] = value
        return self._walk()

    def _walk(self) -> Walk:
        key = tuple(self._values.values())
        if key not in self._known:
            self._known[key] = self._ways.best(self._worth())
        return self._known[key]

    def _worth(self) -> list[float]:
        """What a kWh in the battery is worth, by the span in which it comes."""
        return [sum(value for before, value in self._values.items() if span < before) for span in range(self._count)]


def _wants(job: Job, before: int) -> list[Want]:
    """Those of one deadline, the most first."""
    return sorted((want for want in job.wants if want.before == before), key=lambda want: want.energy_kwh, reverse=True)


def _give_back(job: Job, markets: Sequence[Market], walk: Walk) -> list[Use]:
    """Take away what nobody wants, where it is dearest; of equal ones the latest first."""
    uses = list(walk.uses)
    while (given := _give_once(job, markets, uses)) is not None:
        span, use = given
        uses[span] = use
    return uses


def _give_once(job: Job, markets: Sequence[Market], uses: Sequence[Use]) -> tuple[int, Use] | None:
    stored_kwh = list(
        accumulate((_stored(job, market, use) for market, use in zip(markets, uses, strict=True)), initial=0.0)
    )
    overfull_kwh = stored_kwh[-1] - job.room_kwh
    dearest = sorted(range(len(uses)), key=lambda span: (markets[span].slope(uses[span].mean_kw), span), reverse=True)
    for span in dearest:
        slope = markets[span].slope(uses[span].mean_kw)
        spare_kwh = _spare(job, stored_kwh, span, slope) if slope > 0 else 0.0
        lesser = _lessen(job, markets[span], uses, span, max(spare_kwh, overfull_kwh))
        if uses[span].mean_kw - lesser.mean_kw > HAIR:
            return span, lesser
    return None


def _stored(job: Job, market: Market, use: Use) -> float:
    return job.stored_kwh(use.power_kw, use.share, market.hours)


def _spare(job: Job, stored_kwh: Sequence[float], span: int, slope: float) -> float:
    """How much less the battery may get in a span without missing what is worth more than this."""
    needed = [
        stored_kwh[want.before] - want.energy_kwh
        for want in job.wants
        if want.before > span and want.worth_per_kwh * job.efficiency > slope
    ]
    return min(needed, default=stored_kwh[-1])


def _lessen(job: Job, market: Market, uses: Sequence[Use], span: int, spare_kwh: float) -> Use:
    """Use a span so much less: one at the edge of charging for a shorter time, one in the middle with less power."""
    use = uses[span]
    if use.share <= 0 or spare_kwh <= HAIR:
        return use
    # No further than to where the next kWh costs something else.
    floor_kw = market.own_kw if use.mean_kw > market.own_kw + HAIR else 0.0
    charges_before = uses[span - 1].share > 0 if span else job.charging
    if charges_before and span < len(uses) - 1 and uses[span + 1].share > 0:
        lower_kw = use.power_kw - spare_kwh / (job.efficiency * market.hours)
        return Use(max(job.lowest_kw, floor_kw, lower_kw))
    per_share_kwh = job.stored_kwh(use.power_kw, 1.0, market.hours)
    share = max(use.share - spare_kwh / per_share_kwh, floor_kw / use.power_kw)
    return Use(use.power_kw, share) if share > HAIR else IDLE
