"""Invented days of houses, made by chance from a seed: what the product is simulated with where no measured trace is at hand."""

import random
from datetime import datetime, timedelta

from demo.trace import HouseLoad, Trace

MIDNIGHT = datetime(2026, 1, 15)  # noqa: DTZ001 traces are in naive local time
APPLIANCES_W = (2200, 2400, 1800, 2000, 1900, 1500, 3000)
"""Kettle, oven, hob, washing machine, dishwasher, hair dryer, water heater."""


def busy_day(seed: int, *, phases: int = 1, largest_w: int = 8000) -> HouseLoad:
    """A day of a busy all-electric house, a line a minute: a base, heating by thermostat, and 60 runs of appliances."""
    chance = random.Random(f"day {seed}")  # noqa: S311 a house, not a secret
    watts = [300.0 + (1200 if minute % 25 < 11 else 0) for minute in range(1440)]
    for _ in range(60):
        first, power, length = chance.randrange(1440), chance.choice(APPLIANCES_W), chance.randint(2, 45)
        for minute in range(first, min(1440, first + length)):
            watts[minute] += power
    trace = Trace(
        name=f"busy day {seed}",
        times=tuple(MIDNIGHT + timedelta(minutes=minute) for minute in range(1440)),
        watts=tuple(min(largest_w * phases, value) for value in watts),
        step=timedelta(minutes=1),
    )
    return HouseLoad(trace, start=MIDNIGHT, phases=phases, seed=seed)
