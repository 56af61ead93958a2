"""Assembles the process image: all that one tick looks at."""

from collections.abc import Mapping
from datetime import datetime

from .chargers.driver import ChargerDriver
from .engine.model.meter import MeterReading
from .engine.model.mode import Mode
from .engine.model.snapshot import SiteSnapshot


def take_snapshot(
    at: datetime,
    meters: Mapping[str, MeterReading | None],
    drivers: Mapping[str, ChargerDriver],
    modes: Mapping[str, Mode],
) -> SiteSnapshot:
    """Freeze what the meters (by circuit id) and the drivers (by charger id) say at `at`, UTC. Never awaits."""
    return SiteSnapshot(
        at=at,
        meters={circuit_id: reading for circuit_id, reading in meters.items() if reading is not None},
        evses={evse_id: driver.status for evse_id, driver in drivers.items()},
        modes=dict(modes),
    )
