"""How long plans take, and whether an event loop notices.

Prices are those of the Netherlands, on days spread over three years, interpolated to quarters of an hour, so that each slot
has a price of its own. The cars all arrive at once, leave at different times, and share a supply that feeds half of them.

What was loaded before is kept from the collector of garbage: a collection of all that a Home Assistant holds takes 100 to
200 ms, whoever it is that makes it due.
"""

import asyncio
import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Final

from custom_components.smart_charging.engine.model.tariff import PriceSlot
from custom_components.smart_charging.engine.planning.planner import make_plans
from custom_components.smart_charging.engine.planning.question import Question

from .acn import sample
from .plan_car import HIGHEST_A, ask, order_of, site_of
from .plan_prices import HOUR, Market

SIZES: Final = ((1, 192), (4, 192), (20, 96))
"""Cars, and slots of a quarter of an hour."""
PERIOD_S: Final = 0.005
"""The loop's ticks."""
_QUARTER: Final = timedelta(minutes=15)
_BEGIN_H: Final = 18
_QUIET_S: Final = 1.0
_SOME_EVENING: Final = datetime(2021, 3, 1, 18, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Plans of one size: how long each took, and the longest time between two ticks of the loop meanwhile, ms."""

    cars: int
    slots: int
    times_ms: Sequence[float]
    gap_ms: float

    @property
    def median_ms(self) -> float:
        """Of the times."""
        return median(self.times_ms)


def quarters(market: Market, day: date, count: int) -> tuple[PriceSlot, ...]:
    """Interpolate prices from the evening of a day on."""
    begins = market.local(day, _BEGIN_H)
    hours = [market.paid[begins + number * HOUR] for number in range(count // 4 + 2)]
    return quarters_of(
        [
            hours[number // 4] + (hours[number // 4 + 1] - hours[number // 4]) * (number % 4) / 4
            for number in range(count)
        ],
        begins,
    )


def quarters_of(per_kwh: Sequence[float], begins: datetime = _SOME_EVENING) -> tuple[PriceSlot, ...]:
    """Make slots of these prices."""
    return tuple(
        PriceSlot(start=begins + number * _QUARTER, end=begins + (number + 1) * _QUARTER, price_per_kwh=price)
        for number, price in enumerate(per_kwh)
    )


def question_of(cars: int, prices: Sequence[PriceSlot]) -> Question:
    """Ask for so many cars, the last of which leaves where prices end."""
    ids = [f"{number:02}" for number in range(cars)]
    orders = [
        order_of(
            evse_id,
            need_kwh=8 + 37 * (number * 7 % cars) / cars,
            room_kwh=55,
            ready=prices[-1].end - number * 5 % cars * HOUR / 2,
        )
        for number, evse_id in enumerate(ids)
    ]
    return ask(prices[0].start, site_of(ids, max(HIGHEST_A, HIGHEST_A * cars / 2)), orders, prices)


def time_all(market: Market, sizes: Sequence[tuple[int, int]], each: int) -> list[Timed]:
    """Time so many plans of each size, one after the other, in the executor of a loop that ticks meanwhile."""
    gc.collect()
    gc.freeze()
    try:
        return [asyncio.run(_time(market, cars, slots, each)) for cars, slots in sizes]
    finally:
        gc.unfreeze()


async def _time(market: Market, cars: int, slots: int, each: int) -> Timed:
    loop, ticks = asyncio.get_running_loop(), _Ticks()
    questions = [question_of(cars, quarters(market, day, slots)) for day in sample(market.days(), each)]
    await loop.run_in_executor(None, make_plans, questions[0])
    ticking = asyncio.create_task(ticks.run())
    times_ms: list[float] = []
    for question in questions:
        began_s = time.perf_counter()
        await loop.run_in_executor(None, make_plans, question)
        times_ms.append((time.perf_counter() - began_s) * 1000)
    ticking.cancel()
    return Timed(cars=cars, slots=slots, times_ms=times_ms, gap_ms=ticks.longest_ms)


async def quiet_gap_ms() -> float:
    """Tell the longest time between two ticks while nothing is planned: what the machine itself does."""
    ticks = _Ticks()
    ticking = asyncio.create_task(ticks.run())
    await asyncio.sleep(_QUIET_S)
    ticking.cancel()
    return ticks.longest_ms


class _Ticks:
    """Ticks, and keeps the longest time from one to the next, ms."""

    def __init__(self) -> None:
        self.longest_ms = 0.0

    async def run(self) -> None:
        before_s = time.perf_counter()
        while True:
            await asyncio.sleep(PERIOD_S)
            now_s = time.perf_counter()
            self.longest_ms = max(self.longest_ms, (now_s - before_s) * 1000)
            before_s = now_s
