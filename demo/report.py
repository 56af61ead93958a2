"""What the demo says: a line every few seconds, and the summary at the end."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .circuit import CircuitState
from .errors import DemoError
from .home import HomeState
from .parts import Parts
from .scenario import Scenario
from .score import FailsafeClock, Score, WireClock
from .supply import Supply, Unit
from .usage import Usage
from .visits import VisitFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run in figures; `--report` writes exactly these keys, and those of `Parts` for a scenario that has several."""

    trips: int
    longest_overload_s: int
    """The longest row of seconds with more than the limit."""
    energy_kwh: float
    share_of_possible: float | None
    """`energy_kwh` over what a perfect controller could have given; None where nothing was possible."""
    commands: int
    """SetChargingProfile requests that reached the station."""
    wire_p50_ms: float | None
    wire_p99_ms: float | None
    """From a telegram that calls for less to the request that brings less, at the peers: see `WireClock`."""
    cpu_share: float
    memory_mb: float
    failsafe_after_s: float | None
    """From the fault until each car keeps to the safe current; None where no fault called for it, or it never came to that."""
    parts: Parts | None = None
    visits: Mapping[str, VisitFigures] | None = None
    """Of a night, by the cars' names; only then the report has them."""

    @property
    def failed(self) -> bool:
        """In a night something went wrong: a car was not ready, or the breaker opened. Other runs only tell figures."""
        return self.visits is not None and (self.trips > 0 or any(visit.missed for visit in self.visits.values()))


def summarise(
    score: Score,
    wire: WireClock,
    failsafe: FailsafeClock,
    usage: Usage,
    parts: Parts | None = None,
    *,
    visits: Mapping[str, VisitFigures] | None = None,
) -> Summary:
    """All figures of a run."""
    share = score.share_of_possible
    return Summary(
        trips=score.trips,
        longest_overload_s=score.longest_overload_s,
        energy_kwh=round(score.energy_kwh, 4),
        share_of_possible=None if share is None else round(share, 4),
        commands=wire.commands,
        wire_p50_ms=wire.percentile_ms(0.50),
        wire_p99_ms=wire.percentile_ms(0.99),
        cpu_share=usage.cpu_share,
        memory_mb=usage.memory_mb,
        failsafe_after_s=None if failsafe.failed else failsafe.slowest_s,
        parts=parts,
        visits=visits,
    )


def write_report(summary: Summary, path: Path) -> None:
    """One JSON object.

    Raises:
        DemoError: the file cannot be written.

    """
    figures = asdict(summary)
    figures |= figures.pop("parts") or {}
    if figures["visits"] is None:
        del figures["visits"]
    write_json(figures, path, option="--report")


def write_json(content: Any, path: Path, *, option: str) -> None:
    """Write it for people to read too.

    Raises:
        DemoError: the file that `option` names cannot be written.

    """
    try:
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise DemoError(f"{option} {path}: {error.strerror or error}") from None


def summary_lines(summary: Summary, score: Score, failsafe: FailsafeClock) -> list[str]:
    """For people."""
    share = "" if summary.share_of_possible is None else f", {summary.share_of_possible:.1%} of what was possible"
    given = "the car was given" if summary.parts is None else "the cars were given"
    stations = "the station" if summary.parts is None else "the stations"
    lines = [
        f"{score.seconds / 60:.1f} minutes: {_count(summary.trips, 'trip')}, longest overload {summary.longest_overload_s} s",
        f"{given} {summary.energy_kwh:.2f} kWh{share}",
        *(_parts(summary.parts) if summary.parts else ()),
        f"{_count(summary.commands, 'command')} to {stations}{_wire(summary)}",
        f"Home Assistant: {summary.cpu_share:.1%} of a core, {summary.memory_mb:.0f} MB",
    ]
    if failsafe.failed:
        lines.append(
            "THE CAR DID NOT COME DOWN TO THE SAFE CURRENT"
            if summary.parts is None
            else "NOT ALL CARS CAME DOWN TO THE SAFE CURRENT"
        )
    elif summary.failsafe_after_s is not None:
        lines.append(f"at the safe current {summary.failsafe_after_s:.0f} s after the fault")
    return lines


def _parts(parts: Parts) -> list[str]:
    return [
        *(f"  {name}: {car.energy_kwh:.2f} kWh" for name, car in parts.cars.items()),
        *(
            f"  circuit {name}: {_count(circuit.trips, 'trip')}, longest overload {circuit.longest_overload_s} s"
            for name, circuit in parts.circuits.items()
        ),
        *(
            f"  {name}: off for {appliance.off_s} s, switched off {_count(appliance.switched_off, 'time')}"
            for name, appliance in parts.appliances.items()
        ),
    ]


def status_line(state: HomeState, supply: Supply, trace_time: datetime, decided: str) -> str:
    """One line on one second."""
    if supply.phases == 1 or supply.unit is Unit.KW:
        unit = "kVA" if supply.unit is Unit.KVA else "kW"
        load = f"total {state.total_w / 1000:4.1f} of {supply.limit_w / 1000:.1f} {unit}"
    else:
        load = f"total {_currents(state.total_a)} of {supply.limit_a:.1f} A"
    mark = "  TRIPPED" if state.tripped or not state.powered else "  OVER" if supply.exceeded(state.total_a) else ""
    cars = "car" if len(state.offered_a) == 1 else "cars"
    return (
        f"{trace_time:%H:%M:%S}  house {state.house_w / 1000:4.1f} kW  {cars} {state.car_w / 1000:4.1f} kW  "
        f"{load}{mark}  offered {_currents(state.offered_a)} A{f'  {decided}' if decided else ''}"
    )


def part_lines(state: HomeState, scenario: Scenario, decided: Sequence[str]) -> list[str]:
    """On the parts in one second: a line for each charger, with what was `decided` for it, and one for all else."""
    chargers = zip(scenario.bays, state.outlet_w, state.offered_a, decided, strict=True)
    lines = [
        f"    {bay.name:12}  draws {power_w / 1000:4.1f} kW  offered {offered_a:4.1f} A{f'  {text}' if text else ''}"
        for bay, power_w, offered_a, text in chargers
    ]
    rest = [
        f"circuit {circuit.name} {_currents(circuit.load_a)} of {circuit.limit_a:g} A{_circuit_mark(circuit)}"
        for circuit in state.circuits
    ]
    appliances = zip(scenario.appliances, state.appliances_on, strict=True)
    rest += [f"{appliance.name} {'on' if on else 'off'}" for appliance, on in appliances]
    return [*lines, f"    {', '.join(rest)}"] if rest else lines


def _circuit_mark(circuit: CircuitState) -> str:
    return " TRIPPED" if circuit.tripped or not circuit.powered else " OVER" if circuit.exceeded else ""


def _currents(per_phase_a: Sequence[float]) -> str:
    return "/".join(f"{current_a:.1f}" for current_a in per_phase_a)


def decided_text(states: Mapping[str, Mapping[str, Any]], keys: Mapping[str, str]) -> str:
    """What the integration says it decided, and why. `keys` gives the entity id of each of its translation keys."""
    parts = []
    for key, word in (("setpoint", "setpoint"), ("reason", "because")):
        state = states.get(keys.get(key, ""))
        if state is not None and state["state"] not in {"unknown", "unavailable"}:
            unit = state["attributes"].get("unit_of_measurement")
            parts.append(f"{word} {state['state']}{f' {unit}' if unit else ''}")
    return ", ".join(parts)


def plans_told(states: Mapping[str, Mapping[str, Any]], keys: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The plan of each charger that has one, in the integration's own sentence; `keys` as for `decided_text`, by charger."""
    told = {name: states.get(of_charger.get("plan", ""), {}).get("state") for name, of_charger in keys.items()}
    return {name: plan for name, plan in told.items() if plan not in {None, "unknown", "unavailable"}}


def same_plan(plan: str, before: str | None) -> bool:
    """Whether only what it saves is another: against charging now that shrinks by itself as it gets later."""
    return before is not None and plan.partition("; saves ")[0] == before.partition("; saves ")[0]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _wire(summary: Summary) -> str:
    if summary.wire_p50_ms is None or summary.wire_p99_ms is None:
        return ""
    return f"; meter to wire {summary.wire_p50_ms:.0f} ms (median), {summary.wire_p99_ms:.0f} ms (99 %)"
