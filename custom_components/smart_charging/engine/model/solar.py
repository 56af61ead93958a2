"""How the site wants its solar surplus to be used."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarPolicy:
    """Powers in W, times in s, shares 0 to 1."""

    start_delay_s: float = 24.0
    """A car starts when there has been twice its minimum for this long: sooner with more, later with hardly enough."""
    stop_delay_s: float = 48.0
    """A car is paused when there has been nothing for this long: later when a part of its minimum is still there."""
    average_s: float = 60.0
    """Time constant of the average that smooths the surplus for what cannot be taken back at once."""
    grid_share: float = 0.0
    """How much of the car's power may come from the grid, so that it starts earlier and stops later."""
    battery_first: bool = True
    """Whether the home battery fills before the car: its charging power then is not surplus."""
    battery_floor_soc: float | None = None
    """Above this the home battery may help the car with what it has; None: it never does."""
    starts_per_day: int = 6
    """A car is not started more often in a day of sun, 16 h. From the second start on each one makes both delays above half as long again."""
    switches_per_day: int = 6
    """Its phases are not switched more often in 24 h."""
    switch_dwell_s: float = 600.0
    """After a switch it stays on one phase for at least so long."""
    switch_up_wh: float = 60.0
    """So much energy beyond what the minimum on all phases takes must have gathered before they are used."""
