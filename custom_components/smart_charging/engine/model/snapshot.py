"""The process image: all that a tick looks at, frozen at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .evse import EvseStatus
from .meter import MeterReading
from .mode import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSnapshot:
    """Readings by circuit id, statuses and modes by charger id. What is missing is unknown."""

    at: datetime
    meters: Mapping[str, MeterReading] = field(default_factory=dict[str, MeterReading])
    evses: Mapping[str, EvseStatus] = field(default_factory=dict[str, EvseStatus])
    modes: Mapping[str, Mode] = field(default_factory=dict[str, Mode])
