"""Plans for all cars of a site: the question becomes a problem, its best schedule is found, and told as plans."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

from ..model.battery_plan import BatteryPlan
from ..model.plan import Plan
from .circuits import bounds_of
from .costs import counted, paid
from .held import held
from .months import peaks_of
from .optimise import optimise
from .orders import Prices, job_of
from .powers import evse_of, phases_of
from .problem import Problem
from .question import Question
from .span import Span
from .storage import steer_beside
from .telling import tell
from .times import spans_of

_LEAST: Final = 1e-6
_SUPPLY_KW: Final = 50.0
"""Few homes and small sites can draw more: 72 A on three phases."""


def make_plans(question: Question) -> Mapping[str, Plan]:
    """Make the cars' plans, by charger id; a car of which nothing is wanted has one without slots."""
    return make_all(question).cars


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """Of the cars, by charger id, and of the home battery; None: nothing is planned for that."""

    cars: Mapping[str, Plan]
    battery: BatteryPlan | None


def make_all(question: Question) -> Plans:
    """Make the plans of the cars, and of the home battery where that may be steered."""
    problem = pose(question)
    if not problem.spans:
        _, battery = steer_beside(question, replace(problem, jobs=()), ())
        return Plans(cars={evse_id: Plan(slots=()) for evse_id in question.orders}, battery=battery)
    schedule, battery = steer_beside(question, problem, optimise(problem, held(question, problem)).schedule)
    return Plans(cars=tell(question, problem, schedule), battery=battery)


def pose(question: Question) -> Problem:
    """Turn a question into a problem; cars are in the order of their chargers' ids, whatever order they come in."""
    spans = spans_of(question)
    orders = [question.orders[evse_id] for evse_id in sorted(question.orders)]
    evses = [evse_of(order, question.site) for order in orders]
    phases = [phases_of(order, evse) for order, evse in zip(orders, evses, strict=True)]
    prices = _prices(question, spans)
    ranks = sorted({order.priority for order in orders})
    return Problem(
        spans=spans,
        price_per_kwh=tuple(prices.per_kwh),
        feed_in_per_kwh=tuple(question.tariff.money_weight * question.tariff.feed_in_at(span.start) for span in spans),
        surplus_kw=tuple(question.outlook.surplus_kw(span.start, span.end) for span in spans),
        jobs=tuple(job_of(question, order, spans, prices, ranks.index(order.priority)) for order in orders),
        bounds=bounds_of(question, phases, evses, spans),
        peaks=peaks_of(question, spans),
    )


def _prices(question: Question, spans: tuple[Span, ...]) -> Prices:
    """What a kWh counts for by span; where nobody knows, as much as on average."""
    per_kwh = counted(question, spans)
    sizes = [abs(price) for price in per_kwh] or [0.0]
    return Prices(
        per_kwh=per_kwh,
        paid_per_kwh=paid(question, spans),
        mean=max(fmean(sizes), _LEAST),
        most=max(*sizes, _LEAST),
        power=_most_for_power(question),
    )


def _most_for_power(question: Question) -> float:
    """Tell what the price of power may come to at the most, by what the site's supply can carry."""
    peak = question.tariff.peak
    if peak is None:
        return 0.0
    return peak.per_kw * _SUPPLY_KW + sum(cost for _, cost in peak.steps)
