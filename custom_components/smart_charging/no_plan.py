"""Why a charger has no plan: one answer for who looks, and for who asks."""

from enum import StrEnum

from .engine.model.mode import Mode


class NoPlan(StrEnum):
    """Each has a sentence, `plan_<value>`, in the translations' `common`."""

    NO_CAR = "no_car"
    NO_GOAL = "no_goal"
    """Nothing is wanted of the car that is there."""
    OTHER_MODE = "other_mode"
    """It charges by another mode."""
    NO_PRICES = "no_prices"
    """Nobody knows what a kWh costs."""
    BEING_MADE = "being_made"


def why_none(*, has_car: bool, is_wanted: bool, mode: Mode, has_prices: bool) -> NoPlan:
    """Tell the first thing that it takes and is not there."""
    if not has_car:
        return NoPlan.NO_CAR
    if not is_wanted:
        return NoPlan.NO_GOAL
    if mode is not Mode.SMART:
        return NoPlan.OTHER_MODE
    return NoPlan.BEING_MADE if has_prices else NoPlan.NO_PRICES
