"""The few electrical facts that every part of the simulated home agrees on."""

from typing import Final

VOLTAGE_V: Final = 230.0
"""Phase to neutral, held constant: EN 50160's nominal value. Loads have a power factor of 1, so VA equal W."""

CAR_MINIMUM_A: Final = 6.0
"""The least a pilot can offer (IEC 61851-1)."""


def total(per_phase: tuple[float, ...]) -> float:
    """Sum over phases, exactly rounded, so that the order of the phases never shows in the last digit."""
    return round(sum(per_phase), 9)
