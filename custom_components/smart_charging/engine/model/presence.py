"""Presence: which car is at which charger, and by what that is known."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

GUEST: Final = "guest"
"""The car of somebody else, of which nothing is known."""


class Sign(StrEnum):
    """By what a car is known."""

    CHOICE = "choice"
    """A person said so."""
    CARD = "card"
    """A card that names it was shown, or the car named itself to the charger."""
    PLUGGED = "plugged"
    """The car says that it was plugged in at about the same time."""
    USUAL = "usual"
    """It is the charger's usual car, and nothing says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """The car of the session that began at `started_at`, UTC."""

    started_at: datetime | None = None
    vehicle_id: str | None = None
    """None: a guest's."""
    sign: Sign | None = None
    """None where nothing is known."""
    candidates: tuple[str, ...] = ()
    """It may be one of these vehicles, and nobody can tell which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarChoice:
    """A person's choice, until the car is unplugged: a vehicle's id, or `GUEST`."""

    car: str
    started_at: datetime | None = None
    """The session that it is for; None: the next one."""
