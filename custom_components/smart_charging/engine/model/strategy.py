"""How several chargers share what there is, beyond their minimums."""

from enum import StrEnum


class Strategy(StrEnum):
    """The ways to share; `control/sharing.py` says what each does."""

    EQUAL = "equal"
    """The same current for all."""
    PROPORTIONAL = "proportional"
    """The same part of what each wants."""
    PRIORITY = "priority"
    """The highest priority first, equally among those who have the same."""
    FIRST_COME = "first_come"
    """Who arrived first is served first."""
    LAXITY = "laxity"
    """Who has the least time to spare before departure is served first; without a departure a car has all the time."""
