"""Limits: those of a circuit, the lowest first."""

from ..model.circuit import Circuit
from ..model.limit import Limit


def phase_limits(circuit: Circuit) -> list[Limit]:
    """List the limits per phase, the lowest first."""
    return sorted(
        (limit for limit in circuit.limits if limit.current_a is not None), key=lambda limit: limit.current_a or 0.0
    )


def total_limits(circuit: Circuit) -> list[Limit]:
    """List the limits in total, the lowest first."""
    return sorted(
        (limit for limit in circuit.limits if limit.power_w is not None), key=lambda limit: limit.power_w or 0.0
    )
