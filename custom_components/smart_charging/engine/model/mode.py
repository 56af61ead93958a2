"""How a charger is asked to charge."""

from enum import StrEnum


class Mode(StrEnum):
    """The driver's wish."""

    OFF = "off"
    """Do not charge."""
    FAST = "fast"
    """As much as the site allows, now."""
    SMART = "smart"
    """The cheapest way to the goal by departure: what the plan says. Without a plan: as `fast` in off-peak hours; where
    nobody knows those, at any time, so that nobody is left without a charge."""
    SOLAR = "solar"
    """What the sun gives beyond the home's own needs, and nothing else."""
    SOLAR_MIN = "solar_min"
    """At least the minimum current, and the surplus on top."""
