"""The peaks that a plan may raise, month by month."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ..model.battery_order import BatteryWay
from ..model.battery_plan import BatteryPlan, BatterySlot
from ..model.peak_month import PeakMonth
from ..model.plan import Plan
from ..model.tariff import PeakPrice
from .peak import Day, Peak, Window
from .question import Question
from .span import Span
from .times import spans_until


def peaks_of(question: Question, spans: Sequence[Span]) -> tuple[Peak, ...]:
    """Tell what the peaks cost that fall into the spans: those of this month, and of the next one if it begins meanwhile."""
    price = question.tariff.peak
    if price is None or not spans:
        return ()
    month = question.month or PeakMonth(ends=spans[-1].end, days=(question.at,))
    days: dict[tuple[bool, int], list[Window]] = {}
    for start, parts in _windows(price, spans):
        key = (start >= month.ends, bisect_right(month.days, max(start, question.at)))
        days.setdefault(key, []).append(_window(question, spans, start, parts, price))
    today = bisect_right(month.days, question.at)
    return tuple(
        _peak(price, month, days, today=today, later=later)
        for later in (False, True)
        if any(key[0] is later for key in days)
    )


def wanted_kw(
    question: Question, plans: Mapping[str, Plan], battery: BatteryPlan | None = None
) -> dict[datetime, float]:
    """Tell how high the windows are to become in which cars or a home battery are to charge, as they count, by when they begin, UTC.

    What a home battery is to take from the grid is in it; what it is to give is not: the house may not want it.
    """
    price = question.tariff.peak
    if price is None:
        return {}
    charges_until = max((slot.end for slot in _from_grid(battery)), default=question.at)
    spans = spans_until(question, charges_until)
    found: dict[datetime, float] = {}
    for start, parts in _windows(price, spans):
        window = _window(question, spans, start, parts, price)
        ends = start + price.window
        charged_kw = sum(plan.mean_kw(start, ends) for plan in plans.values()) + _stored_kw(battery, start, ends)
        if charged_kw > 0:
            found[start] = window.base_kw + price.factor_at(start) * charged_kw
    return found


def _stored_kw(battery: BatteryPlan | None, start: datetime, end: datetime) -> float:
    """Tell what a battery is to take in that time, on average."""
    slots = _from_grid(battery)
    lengths = ((slot.power_kw, min(slot.end, end) - max(slot.start, start)) for slot in slots)
    return sum(max(0.0, kw) * (length / (end - start)) for kw, length in lengths if length > timedelta())


def _from_grid(battery: BatteryPlan | None) -> list[BatterySlot]:
    return [] if battery is None else [slot for slot in battery.slots if slot.way is BatteryWay.CHARGE]


def _peak(
    price: PeakPrice, month: PeakMonth, days: dict[tuple[bool, int], list[Window]], *, today: int, later: bool
) -> Peak:
    return Peak(
        days=tuple(
            Day(so_far_kw=month.today_kw if (is_later, day) == (False, today) else 0.0, windows=tuple(windows))
            for (is_later, day), windows in days.items()
            if is_later is later
        ),
        others_kw=() if later else tuple(month.past_kw),
        highest=price.days,
        per_kw=price.per_kw,
        steps=price.steps,
        least_kw=price.least_kw,
    )


def _windows(price: PeakPrice, spans: Sequence[Span]) -> Iterator[tuple[datetime, list[int]]]:
    """List the windows that count, with the numbers of the spans that lie in them: a span never lies in two."""
    found: dict[datetime, list[int]] = {}
    for number, span in enumerate(spans):
        midnight = datetime.combine(span.start.date(), datetime.min.time(), UTC)
        found.setdefault(midnight + (span.start - midnight) // price.window * price.window, []).append(number)
    yield from ((start, numbers) for start, numbers in found.items() if price.factor_at(start) > 0)


def _window(
    question: Question, spans: Sequence[Span], start: datetime, parts: Sequence[int], price: PeakPrice
) -> Window:
    hours, factor = price.window / timedelta(hours=1), price.factor_at(start)
    shares = tuple((number, factor * spans[number].hours / hours) for number in parts)
    outlook, month = question.outlook, question.month
    base_kw = sum(outlook.base_kw(spans[number].start, spans[number].end) * share for number, share in shares)
    # The window that runs has a past.
    begun_kw = factor * month.window_kwh / hours if month is not None and start < spans[0].start else 0.0
    return Window(base_kw=base_kw + begun_kw, parts=shares)
