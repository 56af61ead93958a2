"""What planning needs of memory: the growth of a fresh process, in two parts, since the integration loads the planner by itself.

First the solver and its numpy are loaded, before anything else; then, with the integration loaded, plans are made for four
cars and two days. The planner's own code is in neither part.
"""

import importlib
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

_CARS: Final = 4
_PLANS: Final = 5


def memory_mb(per_kwh: Sequence[float]) -> float:
    """Tell the growth of the resident set, with these prices by quarter of an hour."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_growth_mb, tuple(per_kwh)).result()


def _growth_mb(per_kwh: Sequence[float]) -> float:
    bare_mb = _resident_mb()
    for solver in ("numpy", "highspy"):
        importlib.import_module(solver)
    solver_mb = _resident_mb() - bare_mb
    planner = importlib.import_module("custom_components.smart_charging.engine.planning.planner")
    timing = importlib.import_module("bench.plan_time")
    question = timing.question_of(_CARS, timing.quarters_of(per_kwh))
    before_mb = _resident_mb()
    for _ in range(_PLANS):
        planner.make_plans(question)
    return solver_mb + _resident_mb() - before_mb


def _resident_mb() -> float:
    """As Linux tells it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_048_576
