"""How the site wants its solar surplus to be used."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarPolicy:
    """Powers in W, times in s, shares 0 to 1."""

    start_delay_s: float = 120.0
    """Surplus for the minimum current must have been there, on average, for this long before a car starts."""
    stop_delay_s: float = 300.0
    """It must have been missing, on average, for this long before the car is paused: clouds pass."""
    average_s: float = 60.0
    """Time constant of the average that smooths the surplus."""
    grid_share: float = 0.0
    """How much of the car's power may come from the grid, so that it starts earlier and stops later."""
    battery_first: bool = True
    """Whether the home battery fills before the car: its charging power then is not surplus."""
    battery_floor_soc: float | None = None
    """Above this the home battery may help the car with what it has; None: it never does."""
