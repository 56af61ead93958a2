"""How long a tick takes, and how long a meter's report takes to become a frame on the wire.

`step` is timed on sites of 1 to 2,000 chargers whose cars all want more than there is, in a tree of three levels: the
mains, garages, and rows of ten sockets. The wire is measured inside a
running Home Assistant core: from the moment when the meter's sensor is written, through the integration, its OCPP
server and a loopback socket, until the station has received the SetChargingProfile that lowers its car.
"""

import asyncio
import math
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.state import ControlState

from .data import DataDir
from .result import BenchResult, Row
from .tick_site import START, look, site_of
from .wire import measure_wire_ms

SIZES: Final = (1, 10, 100, 500, 2000)
TICKS: Final = 40
WARM_UP: Final = 5
REPORTS: Final = 30
"""How many times the meter calls for less."""


def run(data: DataDir) -> BenchResult:
    """Time `step`, then the wire. Needs no series."""
    del data
    rows: list[Row] = []
    summary: dict[str, float] = {}
    for size in SIZES:
        times_ms = time_steps_ms(size)
        rows.append(_row(f"step, {size} chargers", times_ms))
        summary[f"step_{size}_ms"] = percentile(times_ms, 0.5)
    wire_ms = asyncio.run(measure_wire_ms(REPORTS))
    rows.append(_row("meter report to frame received", wire_ms))
    summary |= {"wire_p50_ms": percentile(wire_ms, 0.5), "wire_p99_ms": percentile(wire_ms, 0.99)}
    return BenchResult(rows=rows, summary=summary)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` of them do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _row(what: str, times_ms: Sequence[float]) -> Row:
    return {
        "what": what,
        "runs": len(times_ms),
        "p50_ms": percentile(times_ms, 0.5),
        "p99_ms": percentile(times_ms, 0.99),
        "max_ms": max(times_ms),
    }


def time_steps_ms(chargers: int) -> list[float]:
    """Time ticks of a site with so many three-phase chargers on two circuits, its base load moving a little each second."""
    site = site_of(chargers)
    state, times_ms = ControlState(), list[float]()
    for tick in range(WARM_UP + TICKS):
        snapshot = look(site, START + timedelta(seconds=tick), base_a=20 + tick % 7)
        began = time.perf_counter()
        decision = step(site, snapshot, state, {})
        times_ms.append((time.perf_counter() - began) * 1000)
        state = decision.next_state
    return times_ms[WARM_UP:]
