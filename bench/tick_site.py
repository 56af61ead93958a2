"""A site of any number of chargers whose cars all want more than there is, for what is timed."""

import math
from datetime import UTC, datetime, timedelta
from typing import Final

from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, uniform
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot

PER_GARAGE: Final = 50
PER_ROW: Final = 10

START: Final = datetime(2026, 1, 15, 19, tzinfo=UTC)


def site_of(chargers: int) -> Site:
    """A mains, a garage below it for each 50 chargers, and in it a row for each ten; every level is short of power."""
    garages = [
        _circuit(f"garage{number}", 9.5 * PER_GARAGE, "site") for number in range(math.ceil(chargers / PER_GARAGE))
    ]
    rows = [
        _circuit(f"row{number}", 11.0 * PER_ROW, f"garage{number * PER_ROW // PER_GARAGE}")
        for number in range(math.ceil(chargers / PER_ROW))
    ]
    evses = tuple(
        Evse(
            evse_id=f"e{number:04}",
            circuit_id=f"row{number // PER_ROW}",
            phases=(*ALL_PHASES[number % 3 :], *ALL_PHASES[: number % 3]),
            step_a=0.1,
        )
        for number in range(chargers)
    )
    return Site(circuits=(_circuit("site", 40.0 + 10 * chargers, None), *garages, *rows), evses=evses)


def _circuit(circuit_id: str, limit_a: float, parent_id: str | None) -> Circuit:
    return Circuit(
        circuit_id=circuit_id,
        phases=ALL_PHASES,
        limits=(Limit(source=LimitSource.RATING, current_a=limit_a),),
        parent_id=parent_id,
        metered=parent_id is None,
    )


def look(site: Site, at: datetime, *, base_a: float) -> SiteSnapshot:
    """All cars charge with 10 A, measured this very second."""
    status = EvseStatus(
        reachable=True,
        reachable_since=START - timedelta(hours=1),
        state=EvState.C,
        state_at=START - timedelta(hours=1),
        offered_a=10.0,
        offered_at=START - timedelta(hours=1),
        measured_at=at,
        current_a=(9.5, 9.5, 9.5),
    )
    return SiteSnapshot(
        at=at,
        meters={"site": MeterReading(at=at, current_a=uniform(ALL_PHASES, base_a + 9.5 * len(site.evses)))},
        evses={evse.evse_id: status for evse in site.evses},
    )
