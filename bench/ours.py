"""Our own policy: the engine, unchanged, on a site as the product reads it, woken as the product wakes it."""

from collections.abc import Sequence
from typing import Any, Final

from custom_components.smart_charging.configuration.site import read_site
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.protection import ProtectionKind
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from demo.electrical import VOLTAGE_V
from demo.outlet import Status
from demo.supply import Supply, Unit

from .charger import FAILSAFE_A, START, STEP_A, Charger
from .house import Look

MOST_INTERVAL_S: Final = 10
"""A tick comes at least this often: `waker.py`."""
WATCHDOG_S: Final = 60.0

STATES: Final = {
    Status.AVAILABLE: EvState.A,
    Status.UNAVAILABLE: EvState.F,
    Status.PREPARING: EvState.B,
    Status.SUSPENDED_EV: EvState.B,
    Status.SUSPENDED_EVSE: EvState.B,
    Status.FINISHING: EvState.B,
    Status.CHARGING: EvState.C,
}


def site_of(supply: Supply, lag_s: int, chargers: Sequence[Charger], *, ride_out: bool = False) -> Site:
    """Read the site from what set-up would have stored; the margin is 0 A, since this meter measures what the fuse counts."""
    kind = ProtectionKind.LINKY if supply.unit is Unit.KVA else ProtectionKind.BREAKER_C
    data: dict[str, Any] = {
        "phases": supply.phases,
        "voltage_v": VOLTAGE_V,
        "limit_unit": supply.unit.value,
        "limit": supply.value,
        "meter": [],
        "meter_period_s": float(lag_s),
    }
    options = {"margin_a": 0.0, "ride_out": ride_out, "protection": kind.value}
    evses = tuple(
        Evse(
            evse_id=f"evse{number}",
            circuit_id="site",
            phases=tuple(ALL_PHASES[phase] for phase in charger.wiring),
            step_a=STEP_A,
            failsafe_a=FAILSAFE_A,
            watchdog_s=WATCHDOG_S,
        )
        for number, charger in enumerate(chargers)
    )
    return read_site(data, options, {}, evses=evses, loads=())


class Ours:
    """Ticks when the meter or a charger speaks, and else each `MOST_INTERVAL_S`."""

    initial_a = FAILSAFE_A

    def __init__(self, *, ride_out: bool = False) -> None:
        """`ride_out`: the user allows overloads that the protection certainly bears."""
        self._ride_out = ride_out
        self._site: Site | None = None
        self._state = ControlState()
        self._last_s = 0

    def decide(self, look: Look) -> Sequence[float] | None:
        """One second: a tick, or nothing."""
        if not look.news and look.second - self._last_s < MOST_INTERVAL_S:
            return None
        if self._site is None:
            self._site = site_of(look.case.supply, look.case.lag_s, look.chargers, ride_out=self._ride_out)
        self._last_s = look.second
        decision = step(self._site, _snapshot(self._site, look), self._state, {})
        self._state = decision.next_state
        told = (decision.setpoints[evse.evse_id].current_a for evse in self._site.evses)
        return [
            charger.commanded_a if current_a is None else current_a
            for charger, current_a in zip(look.chargers, told, strict=True)
        ]


def _snapshot(site: Site, look: Look) -> SiteSnapshot:
    meters: dict[str, MeterReading] = {}
    if look.read_a is not None and look.read_at is not None:
        current_a = dict(zip(ALL_PHASES, look.read_a, strict=False))
        meters[site.circuits[0].circuit_id] = MeterReading(at=look.read_at, current_a=current_a)
    return SiteSnapshot(
        at=look.now,
        meters=meters,
        evses={evse.evse_id: _status(charger) for evse, charger in zip(site.evses, look.chargers, strict=True)},
    )


def _status(charger: Charger) -> EvseStatus:
    return EvseStatus(
        reachable=True,
        reachable_since=START,
        state=None if charger.said is None else STATES[charger.said],
        state_at=charger.said_at,
        offered_a=charger.commanded_a,
        offered_at=charger.commanded_at,
        measured_at=charger.measured_at,
        current_a=charger.measured_a,
    )
