"""Short words for the engine's nouns, so that a test reads like its case."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.smart_charging.engine.control.constraint import Constraint
from custom_components.smart_charging.engine.control.demand import Demand
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.load import LoadStatus, SheddableLoad
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.reason import Reason, ReasonCode
from custom_components.smart_charging.engine.model.site import Site

NOW = datetime(2026, 1, 15, 19, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)

PLAIN = ControlPolicy()


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def amps(*values: float) -> dict[Phase, float]:
    return dict(zip(ALL_PHASES, values, strict=False))


def rating(current_a: float) -> Limit:
    return Limit(source=LimitSource.RATING, current_a=current_a)


def contract(power_w: float) -> Limit:
    return Limit(source=LimitSource.SUBSCRIBED, power_w=power_w)


def mains(*limits: Limit, phases: int = 1, **changes: Any) -> Circuit:
    values: dict[str, Any] = {"circuit_id": "site", "phases": ALL_PHASES[:phases], "limits": limits, "metered": True}
    return Circuit(**(values | changes))


def charger(evse_id: str = "a", *, phases: Sequence[Phase] = (Phase.L1,), **changes: Any) -> Evse:
    return Evse(**({"evse_id": evse_id, "circuit_id": "site", "phases": tuple(phases)} | changes))


def site(*evses: Evse, limit_a: float = 40.0, circuits: Sequence[Circuit] = (), phases: int = 1, **policy: Any) -> Site:
    return Site(
        circuits=tuple(circuits) or (mains(rating(limit_a), phases=phases),),
        evses=evses,
        policy=ControlPolicy(**policy),
    )


def status(
    state: EvState | None = EvState.C,
    *,
    offered_a: float | None = 16.0,
    draws: Sequence[float] | None = None,
    since: datetime = LONG_AGO,
    measured_at: datetime | None = NOW,
    **changes: Any,
) -> EvseStatus:
    """A charger that has been at this for an hour, and has just measured `draws` (its offer, on one phase, if not said)."""
    if draws is None:
        draws = (offered_a or 0.0,) if state in {EvState.C, EvState.D, None} else (0.0,)
    values: Mapping[str, Any] = {
        "reachable": True,
        "reachable_since": since,
        "state": state,
        "state_at": since,
        "offered_a": offered_a,
        "offered_at": since,
        "measured_at": measured_at,
        "current_a": tuple(draws),
    }
    return EvseStatus(**(dict(values) | changes))


def reading(*values: float, at: datetime = NOW, power_w: float | None = None) -> MeterReading:
    return MeterReading(at=at, current_a=amps(*values), power_w=power_w)


def appliance(load_id: str = "boiler", *, phases: Sequence[Phase] = (Phase.L1,), **changes: Any) -> SheddableLoad:
    values: dict[str, Any] = {"load_id": load_id, "circuit_id": "site", "phases": tuple(phases), "power_w": 2300.0}
    return SheddableLoad(**(values | changes))


def switched(*, on: bool | None = True, **changes: Any) -> LoadStatus:
    """An appliance that says whether it is on."""
    return LoadStatus(**({"reachable": True, "on": on} | changes))


def wants(evse_id: str, maximum_a: float = 32.0, minimum_a: float = 6.0, **changes: Any) -> Demand:
    """What a charger asks for."""
    reason = Reason(code=ReasonCode.AT_MAXIMUM)
    return Demand(evse_id=evse_id, minimum_a=minimum_a, maximum_a=maximum_a, reason=reason, **changes)


LIMIT = Limit(source=LimitSource.RATING, current_a=32)


def leaves(capacity: float, who: Sequence[str], *, phase: Phase | None = Phase.L1, weight: float = 1.0) -> Constraint:
    """A limit that leaves this much to these chargers together."""
    return Constraint(
        circuit_id="site", phase=phase, limit=LIMIT, capacity=capacity, weights=dict.fromkeys(who, weight)
    )
