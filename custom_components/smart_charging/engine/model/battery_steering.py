"""How a home battery may be steered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySteering:
    """What its owner allows. Powers in W."""

    fills_cars: bool = False
    """Whether cars may be filled from it; else it is held while one takes more than the sun gives."""
    tells_soc: bool = False
    """Whether anything is to tell its charge: where that is silent it is left to itself."""
    charge_w: float | None = None
    """What it takes when it is charged from the grid; None: it never is."""
    adjustable: bool = False
    """Whether it can be told to charge with less."""
