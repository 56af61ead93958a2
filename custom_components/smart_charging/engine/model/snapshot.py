"""The process image: all that a tick looks at, frozen at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .battery import BatteryReading
from .evse import EvseStatus
from .goal import Goal
from .limit import Limit
from .load import LoadStatus
from .meter import MeterReading
from .mode import Mode
from .off_peak import OffPeak
from .override import Override
from .peak_watch import PeakWatch


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSnapshot:
    """Readings by circuit id; statuses, modes, overrides and goals by charger id; loads by their id. What is missing is unknown."""

    at: datetime
    meters: Mapping[str, MeterReading] = field(default_factory=dict[str, MeterReading])
    evses: Mapping[str, EvseStatus] = field(default_factory=dict[str, EvseStatus])
    modes: Mapping[str, Mode] = field(default_factory=dict[str, Mode])
    overrides: Mapping[str, Override] = field(default_factory=dict[str, Override])
    """Those that hold: they go before `modes`."""
    goals: Mapping[str, Goal] = field(default_factory=dict[str, Goal])
    loads: Mapping[str, LoadStatus] = field(default_factory=dict[str, LoadStatus])
    battery: BatteryReading | None = None
    off_peak: OffPeak | None = None
    """None: nobody knows, or the site has no such hours."""
    keep_phases: frozenset[str] = frozenset()
    """Chargers whose car must not be switched between phases; see `control/shy_cars.py`."""
    wakeable: frozenset[str] = frozenset()
    """Chargers at which a car is that can be woken by its own means."""
    limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=dict[str, tuple[Limit, ...]])
    """Limits that hold now beside those of the site, by circuit id: an operator's signal, a window of time, a user's wish."""
    peak: PeakWatch | None = None
    """None: power has no price, or its peak is not guarded now."""
