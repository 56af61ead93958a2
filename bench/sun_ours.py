"""Our own policy for the roof: the engine, unchanged, one tick with each of the meter's reports, for one charger in mode solar."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.evse import Evse, EvseStatus, EvState
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.meter import MeterReading
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState

from .roof import FLOWS_A, MAXIMUM_A, MEASURES_S, STEP_A, Station

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
MODES: Final[Mapping[str, Mode]] = {"evse": Mode.SOLAR}
MAINS_A: Final = 35.0
"""A house connection that never binds here."""


class Ours:
    """The engine, with the defaults of its policy or with another one."""

    def __init__(self, *, phases: int, can_switch: bool, meter_s: int = 1, policy: ControlPolicy | None = None) -> None:
        """A charger on so many phases; one that can switch must not do so under load."""
        evse = Evse(
            evse_id="evse",
            circuit_id="site",
            phases=ALL_PHASES[:phases],
            maximum_a=MAXIMUM_A,
            step_a=STEP_A,
            can_switch_phases=can_switch,
            watchdog_s=60.0,
        )
        mains = Circuit(
            circuit_id="site",
            phases=ALL_PHASES,
            limits=(Limit(source=LimitSource.RATING, current_a=MAINS_A),),
            metered=True,
            meter_period_s=float(meter_s),
            stale_after_s=10.0 * meter_s,
        )
        self._site = Site(circuits=(mains,), evses=(evse,), policy=policy or ControlPolicy())
        self._state = ControlState()
        self._status = EvseStatus(reachable=True, reachable_since=START, offered_a=0.0, offered_at=START)
        self._can_switch, self._meter_s = can_switch, meter_s

    def decide(self, second: int, grid_w: float, station: Station) -> tuple[float, int] | None:
        """One second."""
        if second % self._meter_s:
            return None
        now = START + timedelta(seconds=second)
        self._hear(station, now, second)
        third_a = grid_w / 3 / self._site.voltage_v
        snapshot = SiteSnapshot(
            at=now,
            meters={"site": MeterReading(at=now, current_a=dict.fromkeys(ALL_PHASES, third_a))},
            evses={"evse": self._status},
            modes=MODES,
        )
        decision = step(self._site, snapshot, self._state, {})
        self._state = decision.next_state
        setpoint = decision.setpoints["evse"]
        current_a = station.offered_a if setpoint.current_a is None else setpoint.current_a
        on = setpoint.phases or station.on
        return None if (current_a, on) == (station.offered_a, station.on) else (current_a, on)

    def _hear(self, station: Station, now: datetime, second: int) -> None:
        """Take down what the charger says: its state when that changes, what it acknowledged, what it measures now and then."""
        state = EvState.C if station.offered_a and station.drawn_a > FLOWS_A else EvState.B
        if state is not self._status.state:
            self._status = replace(self._status, state=state, state_at=now)
        if station.offered_a != self._status.offered_a or self._offered_phases(station) != self._status.offered_phases:
            self._status = replace(
                self._status,
                offered_a=station.offered_a,
                offered_at=now,
                offered_phases=self._offered_phases(station),
            )
        if second % MEASURES_S == 0:
            self._status = replace(self._status, measured_at=now, current_a=station.current_a)

    def _offered_phases(self, station: Station) -> int | None:
        return station.on if self._can_switch else None
