"""How a charger is asked to charge."""

from enum import StrEnum


class Mode(StrEnum):
    """The driver's wish. `solar` and `solar_min` join when the engine can follow a surplus."""

    OFF = "off"
    """Do not charge."""
    FAST = "fast"
    """As much as the site allows, now."""
    SMART = "smart"
    """The cheapest way to the goal by departure: what the plan says. Without a plan: as `fast`, so that nobody is left without a charge."""
