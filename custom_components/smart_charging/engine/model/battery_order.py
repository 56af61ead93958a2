"""What a home battery that may be steered is told, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BatteryWay(StrEnum):
    """What it can be told."""

    BY_ITSELF = "by_itself"
    """It takes what the roof gives beyond the house, and gives it back when the house needs it."""
    HOLD = "hold"
    """As by itself, but it gives nothing."""
    CHARGE = "charge"
    """It charges, from the grid as well."""


class BatteryCause(StrEnum):
    """Why; one sentence each in the UI."""

    NOTHING = "nothing"
    """Nothing asks for anything else."""
    SWITCHED_OFF = "switched_off"
    METER_SILENT = "meter_silent"
    BATTERY_SILENT = "battery_silent"
    """Its power, or its charge, is not known."""
    NO_ROOM = "no_room"
    """The site is short of room: whatever the battery gives helps, and nothing that it takes does."""
    REST = "rest"
    """What it was told before ended a moment ago; nothing else is begun until `until`, to spare its relays."""
    CAR = "car"
    """A car takes more than the sun gives, and is not to be filled from it."""
    KEPT = "kept"
    """The plan keeps what it has for dearer hours, until `until`."""
    CHEAP = "cheap"
    """The plan charges it now, until `until`."""
    BY_HAND = "by_hand"
    """Somebody set it by hand: it stays so until something else is wanted."""
    UNREACHABLE = "unreachable"
    """Its entity is gone, or says nothing."""
    FOREIGN = "foreign"
    """Its entity is set to what nobody named here: it is left alone until that ends."""
    DISOBEYS = "disobeys"
    """It was told several times, and does not follow."""
    GIVES = "gives"
    """It shows that it is held, and gives power all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryOrder:
    """`power_w` is the most that it may charge with, in the way that charges; `until`, UTC, is when `cause` ends, where that is known."""

    way: BatteryWay = BatteryWay.BY_ITSELF
    cause: BatteryCause = BatteryCause.NOTHING
    power_w: float | None = None
    until: datetime | None = None
    gives: bool = False
    """It has been told for a while to give nothing, and gives."""
