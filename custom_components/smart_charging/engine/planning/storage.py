"""The home battery as a part of the plan: what it is to do beside the cars, and what the cars are to do beside it.

First the cars, as if nobody steered it; then the battery, as is best beside them (`stock.py`, exact but for what lies between
its levels). Then the cars think again, at what the battery makes of the sun and of an hour in which they have it held; then the
battery beside that, and so on, as long as it gets better. Both together may still be stuck where each would have to move for the
other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import fmean
from typing import Final

from ..model.battery_order import BatteryWay
from ..model.battery_plan import BatteryPlan, BatterySlot
from ..model.home_battery import EFFICIENCY, SteeredBattery
from ..model.limit import Limit
from ..model.outlook import Blank
from .costs import counted
from .months import peaks_of
from .optimise import optimise
from .powers import evse_of, phases_of
from .problem import Problem
from .question import Question
from .schedule import Schedule, judge
from .span import Span
from .stock import Moment, Stock, Stocked
from .times import spans_until
from .turns import take_turns

FURTHEST: Final = timedelta(hours=36)
"""So far ahead it is looked at, as far as prices are published, and as far as any car is."""
ONE_PHASE_KW: Final = 4.6
"""As in `control/battery_sight.py`: up to here it may hang on one phase alone."""
_MOST_ROUNDS: Final = 6
_BETTER: Final = 1e-6
_SAME_KW: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The cars' schedule and the battery beside it; `score` is what both come to, as they are weighed."""

    schedule: Schedule
    stock: Stock
    stocked: Stocked
    score: float


def steer_beside(question: Question, problem: Problem, schedule: Schedule) -> tuple[Schedule, BatteryPlan | None]:
    """Plan the battery beside the cars' schedule, and that anew beside it; None where nothing is planned for it."""
    house = House.of(question)
    if house is None:
        return schedule, None
    best = settle(house, problem, schedule)
    return best.schedule, tell_battery(best, house.spans, by_carbon=question.tariff.by_carbon)


def settle(house: House, problem: Problem, schedule: Schedule) -> Beside:
    """Let cars and battery think in turns, until neither finds anything better; at the end the cars once more, and exactly."""
    best = house.beside(problem, schedule)
    if not problem.jobs:
        return best
    rounds, gained = 0, _BETTER
    while gained >= _BETTER and rounds < _MOST_ROUNDS:
        begin = dict(enumerate(best.schedule))
        found = house.beside(problem, take_turns(house.as_cars_see_it(problem, best), begin))
        rounds, gained = rounds + 1, best.score - found.score
        best = min(best, found, key=lambda each: each.score)
    seen, begin = house.as_cars_see_it(problem, best), dict(enumerate(best.schedule))
    last = house.beside(problem, optimise(seen, begin).schedule)
    return last if last.score < best.score - _BETTER else best


def _end(question: Question) -> datetime:
    known_until, furthest = question.tariff.known_until, question.at + FURTHEST
    return question.at if known_until is None else max(question.at, min(known_until, furthest))


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What is asked, by the battery's spans: those of the cars come first, and are the same."""

    question: Question
    spans: Sequence[Span]
    battery: SteeredBattery

    @classmethod
    def of(cls, question: Question) -> House | None:
        """Make it; None where there is no battery to plan, or nobody knows what the house takes, or any price."""
        if question.storage is None or Blank.BASE_LOAD in question.outlook.blanks:
            return None
        spans = spans_until(question, _end(question))
        return cls(question=question, spans=spans, battery=question.storage) if spans else None

    def beside(self, problem: Problem, schedule: Schedule) -> Beside:
        """Plan the battery beside a schedule of the cars."""
        stock, cost = self.stock(problem, schedule), judge(problem, schedule)
        stocked = stock.best()
        return Beside(schedule=schedule, stock=stock, stocked=stocked, score=cost.score - cost.energy + stocked.cost)

    def stock(self, problem: Problem, schedule: Schedule) -> Stock:
        """Make the battery's problem beside a schedule of the cars."""
        question, battery, spans = self.question, self.battery, self.spans
        prices = counted(question, spans)
        cars_kw = [sum(uses[index].mean_kw for uses in schedule) for index in range(len(problem.spans))]
        cars_kw += [0.0] * (len(spans) - len(cars_kw))
        rooms_kw = self._rooms_kw(problem, schedule, cars_kw)
        steering = battery.steering
        charge_kw = battery.charge_kw if steering.charge_w is None else steering.charge_w / 1000
        return Stock(
            capacity_kwh=battery.capacity_kwh,
            held_kwh=battery.soc * battery.capacity_kwh,
            moments=[
                Moment(
                    hours=span.hours,
                    price_per_kwh=prices[index],
                    feed_in_per_kwh=question.tariff.money_weight * question.tariff.feed_in_at(span.start),
                    net_kw=question.outlook.net_kw(span.start, span.end),
                    cars_kw=cars_kw[index],
                    room_kw=rooms_kw[index],
                    later_h=(span.start - spans[0].start) / timedelta(hours=1),
                )
                for index, span in enumerate(spans)
            ],
            worth_per_kwh=max(0.0, fmean(prices)) * EFFICIENCY,
            in_kw=float("inf") if charge_kw is None else charge_kw,
            out_kw=float("inf") if battery.discharge_kw is None else battery.discharge_kw,
            charges=steering.charge_w is not None,
            adjustable=steering.adjustable,
            fills_cars=steering.fills_cars,
        )

    def as_cars_see_it(self, problem: Problem, beside: Beside) -> Problem:
        """Let the sun cost what the battery would make of it, and an hour that has it held what it then cannot save."""
        stock, values = beside.stock, beside.stocked.values
        prices, feed_in = list(problem.price_per_kwh), list(problem.feed_in_per_kwh)
        surplus_kw = [max(0.0, moment.net_kw) for moment in stock.moments[: len(prices)]]
        held_kwh = stock.held_kwh
        for index, (price, fed) in enumerate(zip(problem.price_per_kwh, problem.feed_in_per_kwh, strict=True)):
            value, step = values[index], beside.stocked.steps[index]
            sun_kw = surplus_kw[index]
            if sun_kw > 0 and step.held_kwh < stock.capacity_kwh:
                stored_kw = min(sun_kw, stock.in_kw)
                feed_in[index] += stored_kw / sun_kw * max(0.0, EFFICIENCY * value - fed)
            lacking_kw = min(stock.out_kw, max(0.0, -stock.moments[index].net_kw))
            most_kw = max(ceilings_kw[index] for ceilings_kw in problem.ceilings_kw)
            if most_kw > 0 and held_kwh > 0:
                saved = max(0.0, price - value / EFFICIENCY)
                if stock.fills_cars:
                    prices[index] -= saved * min(1.0, (stock.out_kw - lacking_kw) / most_kw)
                else:
                    prices[index] += saved * min(1.0, lacking_kw / most_kw)
            held_kwh = step.held_kwh
        return replace(
            problem, price_per_kwh=tuple(prices), feed_in_per_kwh=tuple(feed_in), surplus_kw=tuple(surplus_kw)
        )

    def _rooms_kw(self, problem: Problem, schedule: Schedule, cars_kw: Sequence[float]) -> list[float]:
        """Tell what the supply leaves it by span, beside the cars; so much that no peak becomes higher by it."""
        question = self.question
        supply = next(circuit for circuit in question.site.circuits if circuit.parent_id is None)
        held = question.limits.get(supply.circuit_id, ())
        orders = [question.orders[job.job_id] for job in problem.jobs]
        shares = [1 / phases_of(order, evse_of(order, question.site)) for order in orders]
        rooms_kw: list[float] = []
        for index, span in enumerate(self.spans):
            limits = [*supply.limits, *(one.limit for one in held if one.start <= span.start < one.end)]
            uses = [used[index].running_kw if index < len(used) else 0.0 for used in schedule]
            taken_kw = question.outlook.high_base_kw(span.start, span.end) + sum(uses)
            on_phase_kw = max(
                question.outlook.high_phase_kw(span.start, span.end, phase, supply.phases) for phase in supply.phases
            ) + sum(kw * share for kw, share in zip(uses, shares, strict=True))
            lefts_kw = (
                self._left_kw(limit, len(supply.phases), taken_kw, on_phase_kw)
                for limit in limits
                if not limit.chargers_only
            )
            rooms_kw.append(min(lefts_kw, default=float("inf")))
        for index, most_kw in self._below_peaks(cars_kw):
            rooms_kw[index] = min(rooms_kw[index], most_kw)
        return rooms_kw

    def _left_kw(self, limit: Limit, phases: int, taken_kw: float, on_phase_kw: float) -> float:
        """Tell what a limit leaves beside house and cars: what they take in total, and on a phase that may have most of it."""
        site, steering = self.question.site, self.battery.steering
        margin_kw, left_kw = site.policy.margin_a * site.voltage_v / 1000, float("inf")
        if limit.power_w is not None:
            left_kw = limit.power_w / 1000 - margin_kw * phases - taken_kw
        if limit.current_a is not None:
            spread = phases if (steering.charge_w or 0.0) > 1000 * ONE_PHASE_KW else 1
            left_kw = min(left_kw, (limit.current_a * site.voltage_v / 1000 - margin_kw - on_phase_kw) * spread)
        return left_kw

    def _below_peaks(self, cars_kw: Sequence[float]) -> Iterator[tuple[int, float]]:
        """Tell in which spans how much raises no day's peak: what the day comes to anyway."""
        price = self.question.tariff.peak
        if price is None:
            return
        window_h = price.window / timedelta(hours=1)
        for peak in peaks_of(self.question, self.spans):
            for day in peak.days:
                day_kw = peak.day_kw(day, cars_kw.__getitem__)
                for number, part in (part for window in day.windows for part in window.parts):
                    span = self.spans[number]
                    factor = part * window_h / span.hours
                    base_kw = self.question.outlook.base_kw(span.start, span.end)
                    yield number, day_kw / factor - base_kw - cars_kw[number]


def tell_battery(beside: Beside, spans: Sequence[Span], *, by_carbon: bool) -> BatteryPlan:
    """Tell it as slots. What it costs is told where it is weighed in money."""
    alone = beside.stock.by_itself()
    return BatteryPlan(
        slots=tuple(_slots(beside, spans)),
        cost=None if by_carbon else beside.stocked.cost,
        saving=None if by_carbon else alone.cost - beside.stocked.cost,
    )


def _slots(beside: Beside, spans: Sequence[Span]) -> list[BatterySlot]:
    """Join what follows one another and is the same."""
    slots: list[BatterySlot] = []
    for span, step in zip(spans, beside.stocked.steps, strict=True):
        slot = BatterySlot(
            start=span.start,
            end=span.end,
            way=step.deed.way,
            power_kw=step.deed.in_kw if step.deed.way is BatteryWay.CHARGE else step.mean_kw,
            soc=step.held_kwh / beside.stock.capacity_kwh,
        )
        if slots and _is_one(slots[-1], slot):
            last = slots.pop()
            before, after = last.end - last.start, slot.end - slot.start
            power_kw = (last.power_kw * before + slot.power_kw * after) / (before + after)
            slot = replace(slot, start=last.start, power_kw=power_kw)
        slots.append(slot)
    return slots


def _is_one(last: BatterySlot, slot: BatterySlot) -> bool:
    if slot.way is not last.way:
        return False
    # What it is to hold is told by the hour; while it charges only what it is charged to.
    return abs(slot.power_kw - last.power_kw) < _SAME_KW if slot.way is BatteryWay.CHARGE else slot.start.minute != 0
