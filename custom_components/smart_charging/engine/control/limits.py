"""Limits: those of a circuit, the lowest first."""

from typing import Final

from ..model.circuit import Circuit
from ..model.limit import Limit, LimitSource

GUARDED: Final = frozenset({LimitSource.RATING, LimitSource.SUBSCRIBED})
"""The limits that a protection guards; the others bind by law or by wish."""


def phase_limits(circuit: Circuit, *, chargers_only: bool = False) -> list[Limit]:
    """List the limits per phase, the lowest first: those of all that flows, or those of the chargers alone."""
    return sorted(
        (limit for limit in circuit.limits if limit.current_a is not None and limit.chargers_only is chargers_only),
        key=lambda limit: limit.current_a or 0.0,
    )


def total_limits(circuit: Circuit, *, chargers_only: bool = False) -> list[Limit]:
    """List the limits in total, the lowest first: those of all that flows, or those of the chargers alone."""
    return sorted(
        (limit for limit in circuit.limits if limit.power_w is not None and limit.chargers_only is chargers_only),
        key=lambda limit: limit.power_w or 0.0,
    )
