"""What is only wanted below a price, where CO₂ counts too: it is charged where the price is, in money, below that."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from ..model.order import Order, Stage
from .powers import range_kw, stored_kw
from .question import Question
from .span import Span

_HAIR: Final = 1e-9
_SURELY: Final = 0.1
"""By so much more, of what a kWh counts for on average, a kWh is worth than it counts for: else a start would be too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thrift:
    """By span: what a kWh in the battery costs, in money, and what it counts for in plans."""

    costs: Sequence[float]
    counts: Sequence[float]

    def worth(self, most_per_kwh: float) -> float:
        """Tell what a kWh is worth that may cost so much: more than the worst one counts for that is cheap enough."""
        cheap = [count for cost, count in zip(self.costs, self.counts, strict=True) if cost <= most_per_kwh + _HAIR]
        return max(cheap) + _SURELY * fmean(abs(count) for count in self.counts) if cheap else 0.0

    def too_dear(self, stages: Sequence[Stage]) -> Iterator[int]:
        """List the spans in which a kWh is too dear for each stage that has a price; none where no stage has."""
        limits = [stage.most_per_kwh for stage in stages if stage.most_per_kwh is not None]
        if limits:
            yield from (span for span, cost in enumerate(self.costs) if cost > max(limits) + _HAIR)


def thrift_of(
    question: Question, order: Order, spans: Sequence[Span], paid: Sequence[float], counted: Sequence[float]
) -> Thrift | None:
    """Work it out at the least current, so that the sun counts where it is enough for that; None where only money counts."""
    lowest_kw, _ = range_kw(order, question.site)
    stored = stored_kw(order, lowest_kw)
    if question.tariff.carbon is None or not question.tariff.carbon.slots or stored <= 0:
        return None
    costs, counts = list[float](), list[float]()
    for span, price, count in zip(spans, paid, counted, strict=True):
        own = min(1.0, question.outlook.surplus_kw(span.start, span.end) / lowest_kw)
        earns = question.tariff.feed_in_at(span.start)
        costs.append((own * earns + (1 - own) * price) / order.efficiency)
        counts.append((own * earns * question.tariff.money_weight + (1 - own) * count) * lowest_kw / stored)
    return Thrift(costs=costs, counts=counts)
