"""What the demo says: a line every few seconds, and the summary at the end."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .errors import DemoError
from .home import HomeState
from .score import FailsafeClock, Score, WireClock
from .supply import Supply, Unit
from .usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run in figures; `--report` writes exactly these keys."""

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
    """From the fault until the car keeps to the safe current; None where no fault called for it, or it never came to that."""


def summarise(score: Score, wire: WireClock, failsafe: FailsafeClock, usage: Usage) -> Summary:
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
    )


def write_report(summary: Summary, path: Path) -> None:
    """One JSON object.

    Raises:
        DemoError: the file cannot be written.

    """
    try:
        path.write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise DemoError(f"--report {path}: {error.strerror or error}") from None


def summary_lines(summary: Summary, score: Score, failsafe: FailsafeClock) -> list[str]:
    """For people."""
    share = "" if summary.share_of_possible is None else f", {summary.share_of_possible:.1%} of what was possible"
    lines = [
        f"{score.seconds / 60:.1f} minutes: {_count(summary.trips, 'trip')}, longest overload {summary.longest_overload_s} s",
        f"the car was given {summary.energy_kwh:.2f} kWh{share}",
        f"{_count(summary.commands, 'command')} to the station{_wire(summary)}",
        f"Home Assistant: {summary.cpu_share:.1%} of a core, {summary.memory_mb:.0f} MB",
    ]
    if failsafe.failed:
        lines.append("THE CAR DID NOT COME DOWN TO THE SAFE CURRENT")
    elif summary.failsafe_after_s is not None:
        lines.append(f"at the safe current {summary.failsafe_after_s:.0f} s after the fault")
    return lines


def status_line(state: HomeState, supply: Supply, trace_time: datetime, decided: str) -> str:
    """One line on one second."""
    if supply.phases == 1 or supply.unit is Unit.KW:
        unit = "kVA" if supply.unit is Unit.KVA else "kW"
        load = f"total {state.total_w / 1000:4.1f} of {supply.limit_w / 1000:.1f} {unit}"
    else:
        load = f"total {'/'.join(f'{current_a:.1f}' for current_a in state.total_a)} of {supply.limit_a:.1f} A"
    mark = "  TRIPPED" if state.tripped or not state.powered else "  OVER" if supply.exceeded(state.total_a) else ""
    offered = "/".join(f"{current_a:.1f}" for current_a in state.offered_a)
    return (
        f"{trace_time:%H:%M:%S}  house {state.house_w / 1000:4.1f} kW  car {state.car_w / 1000:4.1f} kW  "
        f"{load}{mark}  offered {offered} A{f'  {decided}' if decided else ''}"
    )


def decided_text(states: Mapping[str, Mapping[str, Any]], keys: Mapping[str, str]) -> str:
    """What the integration says it decided, and why. `keys` gives the entity id of each of its translation keys."""
    parts = []
    for key, word in (("setpoint", "setpoint"), ("reason", "because")):
        state = states.get(keys.get(key, ""))
        if state is not None and state["state"] not in {"unknown", "unavailable"}:
            unit = state["attributes"].get("unit_of_measurement")
            parts.append(f"{word} {state['state']}{f' {unit}' if unit else ''}")
    return ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _wire(summary: Summary) -> str:
    if summary.wire_p50_ms is None or summary.wire_p99_ms is None:
        return ""
    return f"; meter to wire {summary.wire_p50_ms:.0f} ms (median), {summary.wire_p99_ms:.0f} ms (99 %)"
