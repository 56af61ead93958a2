"""A sheddable load: an appliance that may be switched off for a while when the site is short of power."""

from dataclasses import dataclass

from .quantities import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class SheddableLoad:
    """An appliance. Its power, consumption positive, is spread evenly over its phases (the site's names)."""

    load_id: str
    circuit_id: str
    phases: tuple[Phase, ...]
    power_w: float | None = None
    """What it takes when it runs, W in total; None where nobody knows."""
    priority: int = 0
    """On the chargers' own scale: who has less gives way first, and at the same priority a load does before a charger."""
    minimum_on_s: float = 300.0
    """Once switched on it runs for so long, unless a limit is exceeded."""
    minimum_off_s: float = 300.0
    maximum_off_s: float | None = None
    """After this long without power its turn comes before the chargers; None: it waits for as long as it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadStatus:
    """What an appliance last said. Times are UTC and by our own clock."""

    reachable: bool
    on: bool | None = None
    """Whether it is switched on (not whether its thermostat calls); None where that is not known."""
    power_w: float | None = None
    """As measured, W in total; None where nobody measures it."""
    shed: bool = False
    """It was we who switched it off, and it is still off for that reason."""
