"""A site that lives, second by second: cars that follow late, meters and chargers that fail, appliances, a house that jumps.

It knows what truly flows, so that a test can hold the engine to that and not to what the engine believes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.battery import BatteryReading
from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.limit import Limit
from custom_components.smart_charging.engine.model.off_peak import OffPeak
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.quantities import Phase
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState

from .builders import later
from .living_parts import VOLTAGE_V, LivingCharger, LivingLoad, LivingMeter


@dataclass
class LivingSite:
    """All of it together. `house_a` is what each metered circuit carries beside what is known, A per phase."""

    site: Site
    chargers: Sequence[LivingCharger]
    meters: Sequence[LivingMeter]
    loads: Sequence[LivingLoad] = ()
    house_a: dict[str, dict[Phase, float]] = field(default_factory=dict[str, dict[Phase, float]])
    limits: dict[str, tuple[Limit, ...]] = field(default_factory=dict[str, tuple[Limit, ...]])
    plans: dict[str, Plan] = field(default_factory=dict[str, Plan])
    goals: dict[str, Goal] = field(default_factory=dict[str, Goal])
    battery_w: float | None = None
    """What the home battery takes, W; it is part of the house."""
    battery_soc: float | None = None
    off_peak: OffPeak | None = None
    second: int = 0
    state: ControlState = field(default_factory=ControlState)
    flows_a: dict[str, dict[Phase, float]] = field(default_factory=dict[str, dict[Phase, float]])
    """What each circuit truly carries, A per phase."""
    snapshot: SiteSnapshot | None = None
    decision: Decision | None = None

    def live(self) -> Decision:
        """Live for a second; what is decided is done before the next one."""
        for charger in self.chargers:
            charger.step(self.second)
        self.flows_a = {circuit.circuit_id: self._flows(circuit) for circuit in self.site.circuits}
        for meter in self.meters:
            base_a = self._flows(meter.circuit, chargers=False)
            meter.step(self.second, self.flows_a[meter.circuit.circuit_id], base_a)
        self.snapshot = self.look()
        self.decision = step(self.site, self.snapshot, self.state, self.plans)
        self.state = self.decision.next_state
        for charger in self.chargers:
            charger.take(self.second, self.decision.setpoints[charger.evse.evse_id])
        for load in self.loads:
            load.obey(self.second, shed=load.load.load_id in self.decision.shed_loads)
        self.second += 1
        return self.decision

    def look(self) -> SiteSnapshot:
        """What the engine is told now."""
        return SiteSnapshot(
            at=later(self.second),
            meters={meter.circuit.circuit_id: meter.reading for meter in self.meters if meter.reading is not None},
            evses={charger.evse.evse_id: charger.seen for charger in self.chargers if charger.seen is not None},
            modes={charger.evse.evse_id: charger.mode for charger in self.chargers},
            loads={load.load.load_id: load.status for load in self.loads},
            limits=self.limits,
            goals=self.goals,
            off_peak=self.off_peak,
            battery=None
            if self.battery_w is None
            else BatteryReading(at=later(self.second), power_w=self.battery_w, soc=self.battery_soc),
        )

    def restart(self) -> None:
        """The engine forgets all."""
        self.state = ControlState()

    def _flows(self, circuit: Circuit, *, chargers: bool = True) -> dict[Phase, float]:
        flows = dict.fromkeys(circuit.phases, 0.0)
        for other in self.site.circuits:
            if circuit in self.site.path(other.circuit_id):
                _add(flows, self.house_a.get(other.circuit_id, {}))
        for charger in self.chargers if chargers else ():
            if circuit in self.site.path(charger.evse.circuit_id):
                _add(flows, charger.flows_a)
        for load in self.loads:
            if circuit in self.site.path(load.load.circuit_id):
                _add(flows, load.flows_a)
        return flows

    def below(self, circuit: Circuit) -> list[LivingCharger]:
        """The chargers below a circuit."""
        return [charger for charger in self.chargers if circuit in self.site.path(charger.evse.circuit_id)]

    def blind(self, charger: LivingCharger) -> bool:
        """Tell whether a meter above a charger fails, or has just come back."""
        path = self.site.path(charger.evse.circuit_id)
        return any(
            meter.circuit in path and self.second - 1 - meter.spoke_at >= meter.circuit.meter_period_s
            for meter in self.meters
        )

    def overcommitted(self, risen: Sequence[LivingCharger]) -> list[str]:
        """Name the limits under which those who were just given more do not fit beside what the others draw, or are told.

        The base load is what it was when the meters were read.
        """
        found: list[str] = []
        for circuit in self.site.limited(self.limits).circuits:
            below = self.below(self.site.circuit(circuit.circuit_id))
            if not any(charger in below for charger in risen):
                continue
            chargers_a = dict.fromkeys(circuit.phases, 0.0)
            for charger in below:
                _add(chargers_a, charger.will_a)
            total_a = dict(chargers_a)
            _add(total_a, self._known_base(self.site.circuit(circuit.circuit_id)))
            for limit in circuit.limits:
                flows = chargers_a if limit.chargers_only else total_a
                rising = {phase for charger in risen if charger in below for phase in charger.uses_phases}
                if limit.current_a is not None and any(
                    flows[phase] > limit.current_a + 1e-6 for phase in circuit.phases if phase in rising
                ):
                    found.append(f"{circuit.circuit_id} {limit.source} {limit.current_a} {flows}")
                if limit.power_w is not None and math.fsum(flows.values()) * VOLTAGE_V > limit.power_w + 1e-3:
                    found.append(f"{circuit.circuit_id} {limit.source} {limit.power_w} {flows}")
        return found

    def _known_base(self, circuit: Circuit) -> dict[Phase, float]:
        meters = {meter.circuit.circuit_id: meter.base_a for meter in self.meters}
        if circuit.circuit_id in meters:
            return meters[circuit.circuit_id]
        base = dict.fromkeys(circuit.phases, 0.0)
        behind = self.site.meters_below(circuit.circuit_id)
        for meter in behind:
            _add(base, meters[meter.circuit_id])
        for load in self.loads:
            path = self.site.path(load.load.circuit_id)
            if circuit in path and not any(meter in path for meter in behind):
                _add(base, load.flows_a)
        return base

    def overloads(self) -> list[str]:
        """Name the limits that are exceeded by chargers that could have been told to take less."""
        site = self.site.limited(self.limits)
        return [
            f"{circuit.circuit_id} {limit.source} {phase or ''}"
            for circuit in site.circuits
            for limit in circuit.limits
            for phase in ([None] if limit.current_a is None else list(circuit.phases))
            if self._exceeds(circuit, limit, phase)
        ] + self._unbalanced(site)

    def _exceeds(self, circuit: Circuit, limit: Limit, phase: Phase | None) -> bool:
        chargers = self.below(self.site.circuit(circuit.circuit_id))
        flows = self.flows_a[circuit.circuit_id]
        if limit.chargers_only:
            flows = dict.fromkeys(circuit.phases, 0.0)
            for charger in chargers:
                _add(flows, charger.flows_a)
        if phase is None:
            over = math.fsum(flows.values()) * VOLTAGE_V - (limit.power_w or 0.0)
            over_a = over / VOLTAGE_V
        else:
            over_a = flows[phase] - (limit.current_a or 0.0)
        return over_a > 1e-6 and any(self._could_give(charger, circuit, phase) for charger in chargers)

    def _could_give(self, charger: LivingCharger, circuit: Circuit, phase: Phase | None) -> bool:
        """Tell whether a charger takes more than it must, on this phase, and can be told so."""
        if not charger.reachable or self.blind(charger):
            return False
        flows = charger.flows_a
        taken_a = max((flows.get(own, 0.0) for own in ([phase] if phase else circuit.phases)), default=0.0)
        return taken_a > charger.floor_a * charger.share + 1e-6

    def _unbalanced(self, site: Site) -> list[str]:
        found: list[str] = []
        for circuit in site.circuits:
            if circuit.unbalance_a is None:
                continue
            flows = self.flows_a[circuit.circuit_id]
            for phase in circuit.phases:
                for than in circuit.phases:
                    if flows[phase] - flows[than] > circuit.unbalance_a + 1e-6:
                        found += [
                            f"{circuit.circuit_id} unbalance {phase} over {than}"
                            for charger in self.below(self.site.circuit(circuit.circuit_id))
                            if charger.flows_a.get(phase, 0.0) > 0 == charger.flows_a.get(than, 0.0)
                            and self._could_give(charger, circuit, phase)
                        ]
        return found


def _add(flows_a: dict[Phase, float], more_a: Mapping[Phase, float]) -> None:
    for phase, current_a in more_a.items():
        if phase in flows_a:
            flows_a[phase] += current_a
