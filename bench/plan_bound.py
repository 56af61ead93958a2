"""What a clairvoyant would pay at the least: a linear programme of its own, which shares nothing with the planner.

In each hour each car charges for a time with the highest current, for a time with the lowest one, and pauses otherwise. What
is drawn and what is stored are both linear in the current, so any current is a mixture of these two. To be chosen are the
times, so that

    the money for the energy drawn is least,
    each battery gets what it needs and no more than it has room for,
    no car charges in an hour for longer than it is there,
    and all cars together draw in an hour no more than the circuit could give them in it.

It is money only, and a bound: it leaves out what a start costs, so it may start as often as it likes; and cars that share a
circuit may draw one after the other within an hour, in any order and at no cost, as if power were a fluid that can be
divided at will. For one car its schedule is one that could really be followed; for several it need not be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import highspy
import numpy as np

from custom_components.smart_charging.engine.model.tariff import PriceSlot

from .optimum import Solver
from .plan_car import HIGHEST_KW, LOWEST_KW, stored_kw
from .plan_prices import HOUR, Night, Stay
from .result import BenchError

_NO_BOUND: Final = highspy.kHighsInf


@dataclass(frozen=True, slots=True)
class _Column:
    """A car's time with one power in one hour."""

    car: int
    hour: int
    power_kw: float
    hours: float


def least_cost(night: Night, limit_kw: float) -> float:
    """Tell what the night costs at the least.

    Raises:
        BenchError: not everybody can get what is needed.
    """
    columns = list(_columns(night))
    cars, hours = range(len(night.stays)), range(len(night.prices))
    stored = [[(at, stored_kw(one.power_kw)) for at, one in enumerate(columns) if one.car == car] for car in cars]
    drawn = [[(at, one.power_kw) for at, one in enumerate(columns) if one.hour == hour] for hour in hours]
    times = [
        [(at, 1.0) for at, one in enumerate(columns) if (one.car, one.hour) == (car, hour)]
        for car in cars
        for hour in hours
    ]
    most_h = [_shared_h(night.stays[car], slot) for car in cars for slot in night.prices]
    fed_kwh = [limit_kw * hours_between(slot.start, slot.end) for slot in night.prices]
    rows = [*stored, *drawn, *times]
    lows = [*(stay.need_kwh for stay in night.stays), *[-_NO_BOUND] * (len(drawn) + len(times))]
    highs = [*(stay.room_kwh for stay in night.stays), *fed_kwh, *most_h]
    costs = [one.power_kw * night.prices[one.hour].price_per_kwh for one in columns]
    return _solve(costs, [one.hours for one in columns], rows, lows, highs)


def _columns(night: Night) -> Iterator[_Column]:
    for car, stay in enumerate(night.stays):
        for hour, slot in enumerate(night.prices):
            for power_kw in (HIGHEST_KW, LOWEST_KW):
                yield _Column(car, hour, power_kw, _shared_h(stay, slot))


def _shared_h(stay: Stay, slot: PriceSlot) -> float:
    """How long the car is there in an hour, h."""
    return max(0.0, hours_between(max(stay.arrives, slot.start), min(stay.leaves, slot.end)))


def hours_between(start: datetime, end: datetime) -> float:
    """From one to the other, h."""
    return (end - start) / HOUR


def _solve(
    costs: Sequence[float],
    most: Sequence[float],
    rows: Sequence[Sequence[tuple[int, float]]],
    lows: Sequence[float],
    highs: Sequence[float],
) -> float:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(costs), len(rows)
    model.col_cost_, model.col_lower_, model.col_upper_ = np.array(costs), np.zeros(len(costs)), np.array(most)
    model.row_lower_, model.row_upper_ = np.array(lows), np.array(highs)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row) for row in rows)], dtype=np.int32)
    model.a_matrix_.index_ = np.array([column for row in rows for column, _ in row], dtype=np.int32)
    model.a_matrix_.value_ = np.array([factor for row in rows for _, factor in row], dtype=float)
    solver = Solver()
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise BenchError(f"HiGHS found no least cost: {solver.getModelStatus()}")
    return float(solver.getInfo().objective_function_value)
