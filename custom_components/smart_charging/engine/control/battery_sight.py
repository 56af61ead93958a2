"""What a tick saw, as far as it matters to a home battery that is steered: what cars take beyond the sun, and what room there is."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from ..model.battery import BatteryReading
from ..model.decision import Decision, Headroom, Setpoint
from ..model.evse import Evse, EvseStatus
from ..model.quantities import Phase
from ..model.reason import ReasonCode
from ..model.site import Site
from ..model.snapshot import SiteSnapshot
from .solar import SUNNY

ONE_PHASE_W: Final = 4600.0
"""Up to here an inverter may hang on one phase alone (VDE-AR-N 4105), and nobody knows on which; above it is taken to be on all."""
DRAWS_W: Final = 500.0
"""Cars that take less than this together have nothing to give."""

_HOUR: Final = timedelta(hours=1)
_LAST_MINUTE: Final = timedelta(minutes=1)
"""The last seconds of a window leave no time to make up for anything."""

_SHORT: Final = frozenset({ReasonCode.LIMITED, ReasonCode.SHARED, ReasonCode.NO_ROOM, ReasonCode.WAITING_FOR_TURN})


@dataclass(frozen=True, kw_only=True)
class Sight:
    """It has no slots, so that what follows is computed once. Powers in W."""

    site: Site
    snapshot: SiteSnapshot
    decision: Decision

    @property
    def knows_meter(self) -> bool:
        """Tell whether the meter of the whole site speaks."""
        return self._headroom.known

    @property
    def battery(self) -> BatteryReading | None:
        """What the battery says of itself; None: nothing, or nonsense."""
        reading = self.snapshot.battery
        return reading if reading is not None and math.isfinite(reading.power_w) else None

    @cached_property
    def excess_w(self) -> float:
        """What cars take beyond the sun, of those that the battery may not help; 0 where it is not known."""
        headroom = self._headroom
        if headroom.load_w is None:
            return 0.0
        helped = self._helped
        cars_w = math.fsum(power_w for evse_id, power_w in self._drawn_w.items() if evse_id not in helped)
        # The sun beyond all else: what the cars have of it, what goes into the battery, what is fed in.
        sun_w = cars_w + self.battery_w - headroom.load_w
        return cars_w - max(0.0, sun_w)

    @property
    def is_short(self) -> bool:
        """Tell whether the supply has no room left, or something gives way for it."""
        reasons = [setpoint.reason for setpoint in self.decision.setpoints.values()]
        held = any(reason.code in _SHORT and reason.params.get("circuit") == self._supply_id for reason in reasons)
        return held or bool(self.decision.shed_loads) or self._is_overloaded

    @property
    def is_helpless(self) -> bool:
        """Tell whether the supply is overloaded, and no car draws that could give way."""
        return self._is_overloaded and math.fsum(self._drawn_w.values()) < DRAWS_W

    def room_w(self, charge_w: float) -> float:
        """Tell what the battery may take from the grid: what it takes, and what is left beside what cars are still to take.

        `charge_w` is what it takes at full power, by which it is told on how many phases it is.
        """
        headroom, voltage_v, margin_a = self._headroom, self.site.voltage_v, self.site.policy.margin_a
        phases = self.site.circuit(self._supply_id).phases
        spread = len(phases) if charge_w > ONE_PHASE_W else 1
        coming_a = self._coming_a
        free_w = [
            (left_a - margin_a - coming_a.get(phase, 0.0)) * voltage_v * spread
            for phase, left_a in headroom.headroom_a.items()
        ]
        if headroom.headroom_w is not None:
            kept_a = margin_a * len(phases) + math.fsum(coming_a.values())
            free_w.append(headroom.headroom_w - kept_a * voltage_v)
        if (below_peak_w := self._below_peak_w()) is not None:
            free_w.append(below_peak_w - math.fsum(coming_a.values()) * voltage_v)
        return max(0.0, self.battery_w) + min(free_w, default=0.0)

    def _below_peak_w(self) -> float | None:
        """Tell what may flow in beyond what does, so that the window of power that runs stays below what it may come to."""
        watch, load_w = self.snapshot.peak, self._headroom.load_w
        if watch is None or load_w is None:
            return None
        left_h = max(_LAST_MINUTE, watch.ends - self.snapshot.at) / _HOUR
        left_kwh = watch.target_kw * ((watch.ends - watch.starts) / _HOUR) - watch.used_kwh
        return 1000 * left_kwh / left_h - load_w

    @cached_property
    def _coming_a(self) -> dict[Phase, float]:
        """What cars may still take beyond what they draw, by what they are told and what they are about to be, A."""
        coming: dict[Phase, float] = {}
        for evse, status in self._cars():
            setpoint = self.decision.setpoints.get(evse.evse_id)
            if setpoint is None or (status.state is not None and not status.state.vehicle_connected):
                continue
            drawn_a = self._drawn_w[evse.evse_id] / self.site.voltage_v / len(evse.phases)
            for phase in evse.phases:
                coming[phase] = coming.get(phase, 0.0) + max(0.0, _heads_for_a(setpoint) - drawn_a)
        return coming

    @cached_property
    def _drawn_w(self) -> dict[str, float]:
        """What each car draws, by charger id: as measured, or else as it is offered."""
        return {evse.evse_id: self._draw_w(evse, status) for evse, status in self._cars()}

    def _draw_w(self, evse: Evse, status: EvseStatus) -> float:
        if self._is_fresh(status.measured_at):
            if status.power_w is not None:
                return max(0.0, status.power_w)
            if status.current_a is not None:
                return max(0.0, math.fsum(status.current_a) * self.site.voltage_v)
        flows = status.state is not None and status.state.power_flows
        return max(0.0, status.offered_a or 0.0) * len(evse.phases) * self.site.voltage_v if flows else 0.0

    @property
    def _helped(self) -> set[str]:
        """The chargers that follow the sun, while the battery may help those."""
        floor, reading = self.site.policy.solar.battery_floor_soc, self.battery
        if floor is None or reading is None or reading.soc is None or reading.soc <= floor:
            return set()
        return {evse_id for evse_id, mode in self.snapshot.modes.items() if mode in SUNNY}

    @property
    def battery_w(self) -> float:
        """What flows into the battery; a reading that is old says nothing, as that of one that rests may be."""
        reading = self.battery
        return reading.power_w if reading is not None and self._is_fresh(reading.at) else 0.0

    def _is_fresh(self, at: datetime | None) -> bool:
        return at is not None and (self.snapshot.at - at).total_seconds() <= self.site.policy.measured_max_age_s

    @property
    def _is_overloaded(self) -> bool:
        headroom = self._headroom
        left_w = () if headroom.headroom_w is None else (headroom.headroom_w,)
        return any(left < 0 for left in (*headroom.headroom_a.values(), *left_w))

    @cached_property
    def _supply_id(self) -> str:
        return next(circuit.circuit_id for circuit in self.site.circuits if circuit.parent_id is None)

    @property
    def _headroom(self) -> Headroom:
        return self.decision.headroom[self._supply_id]

    def _cars(self) -> Iterator[tuple[Evse, EvseStatus]]:
        for evse in self.site.evses:
            if (status := self.snapshot.evses.get(evse.evse_id)) is not None:
                yield evse, status


def _heads_for_a(setpoint: Setpoint) -> float:
    """Tell what a charger is given, or is about to be."""
    target_a = setpoint.reason.params.get("target_a", 0.0)
    return max(setpoint.current_a or 0.0, target_a if isinstance(target_a, float) else 0.0)
