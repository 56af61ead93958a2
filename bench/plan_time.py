"""How long plans take, whether an event loop notices, and what the planner needs of memory.

Prices are those of the Netherlands, on days spread over three years, interpolated to quarters of an hour, so that each slot
has a price of its own. The cars all arrive at once, leave at different times, and share a supply that feeds half of them.
"""

import asyncio
import importlib
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from custom_components.smart_charging.engine.model.tariff import PriceSlot

from .acn import sample
from .plan_prices import DAY, HOUR, Market

if TYPE_CHECKING:
    from custom_components.smart_charging.engine.planning.question import Question

SIZES: Final = ((1, 192), (4, 192), (20, 96))
"""Cars, and slots of a quarter of an hour."""
PERIOD_S: Final = 0.005
"""The loop's ticks."""
_QUARTER: Final = timedelta(minutes=15)
_BEGIN_H: Final = 18
_QUIET_S: Final = 1.0


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
    slots: list[PriceSlot] = []
    for number in range(count):
        start = begins + number * _QUARTER
        hour = begins + number // 4 * HOUR
        here, after = market.paid[hour], market.paid[hour + HOUR]
        price = here + (after - here) * (number % 4) / 4
        slots.append(PriceSlot(start=start, end=start + _QUARTER, price_per_kwh=price))
    return tuple(slots)


def question_of(cars: int, prices: Sequence[PriceSlot]) -> Question:
    """Ask for so many cars, the last of which leaves where prices end."""
    from .plan_car import HIGHEST_A, ask, order_of, site_of  # noqa: PLC0415 -- it loads the planner: memory is measured

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
    return [asyncio.run(_time(market, cars, slots, each)) for cars, slots in sizes]


async def _time(market: Market, cars: int, slots: int, each: int) -> Timed:
    from custom_components.smart_charging.engine.planning.planner import make_plans  # noqa: PLC0415 -- as above

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


def memory_mb(prices: Sequence[PriceSlot]) -> float:
    """Tell by how much a fresh process grows that loads the planner with its solver and plans for 4 cars; its resident set."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_growth_mb, tuple(prices)).result()


def _growth_mb(prices: Sequence[PriceSlot]) -> float:
    before_mb = _resident_mb()
    planner = importlib.import_module("custom_components.smart_charging.engine.planning.planner")
    for _ in range(5):
        planner.make_plans(question_of(4, prices))
    return _resident_mb() - before_mb


def _resident_mb() -> float:
    """As Linux tells it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_048_576


def two_days(market: Market) -> tuple[PriceSlot, ...]:
    """The prices that memory is measured with."""
    return quarters(market, market.days()[0] + DAY, 192)
