"""Phases and what is counted on them.

Everywhere in the engine a positive current or power flows towards the consumer: grid import is positive, export is
negative; power into a vehicle is positive, out of it (V2H, V2G) negative.
"""

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    """A phase of the site's supply, as its meter numbers them."""

    L1 = "l1"
    L2 = "l2"
    L3 = "l3"


ALL_PHASES: Final = (Phase.L1, Phase.L2, Phase.L3)

type PerPhase = Mapping[Phase, float]
"""Amperes on each phase that is meant; a phase that is not in the mapping is not known, or not there."""


def uniform(phases: Iterable[Phase], value: float) -> dict[Phase, float]:
    """Give the same value to each of the phases."""
    return dict.fromkeys(phases, value)


def total(values: Iterable[PerPhase], phases: Iterable[Phase]) -> dict[Phase, float]:
    """Add up per phase; a phase that one of the values lacks counts as 0 A there."""
    values = tuple(values)
    return {phase: math.fsum(value.get(phase, 0.0) for value in values) for phase in phases}


def round_down(value: float, step: float) -> float:
    """Round towards minus infinity to a multiple of `step` (> 0).

    A millionth of a step is forgiven, so that 16 A computed as 15.9999999 stays 16 A; that is far below what any
    charger can tell apart.
    """
    return math.floor(value / step + 1e-6) * step
