"""Run the ticks of a site's diagnostics again, and say where the engine decides otherwise now.

`script/replay FILE [--tick N]`: FILE is what Home Assistant gives under *Download diagnostics*. Ends with 0 where every
decision is the recorded one, with 1 where one differs, with 2 where FILE cannot be read. docs/replay.md has an example.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any, Final, NoReturn, override

from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.engine.control.step import step
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.plan import Plan
from custom_components.smart_charging.engine.model.replay import Json, ReplayError, from_json, to_json
from custom_components.smart_charging.engine.model.site import Site
from custom_components.smart_charging.engine.model.snapshot import SiteSnapshot
from custom_components.smart_charging.engine.model.state import ControlState
from custom_components.smart_charging.reasons import load_sentence, sentence
from custom_components.smart_charging.speech import Speech

TEXTS: Final = Path(__file__).parent.parent / "custom_components" / DOMAIN / "translations" / "en.json"
SHOWN: Final = 8
"""So many differences of a tick are printed; `--tick` prints them all."""


class RecordingError(Exception):
    """One line in plain words on what cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One tick as it was recorded."""

    site: Site
    snapshot: SiteSnapshot
    state: ControlState
    decision: Decision
    plans: Mapping[str, Plan] = field(default_factory=dict[str, Plan])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The ticks, oldest first, and the names of chargers, circuits and appliances by their ids."""

    ticks: tuple[Tick, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a tick came to now. `differences` are one line each: where, what was recorded, what it is now."""

    decision: Decision | None
    """None where the engine failed."""
    differences: tuple[str, ...]


def read_recording(path: Path) -> Recording:
    """Read a diagnostics file, as Home Assistant wraps it or bare.

    Raises:
        RecordingError: it cannot be read, or is none of a site's.

    """
    try:
        file = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise RecordingError(f"{path}: not JSON: {error}") from None
    data = file.get("data", file) if isinstance(file, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("ticks"), list) or "site" not in data:
        raise RecordingError(f"{path}: not the diagnostics of a Smart Charging site: it has no site, or no ticks")
    if not data["ticks"]:
        raise RecordingError(f"{path}: no tick was recorded")
    try:
        site = from_json(Site, data["site"])
    except ReplayError as error:
        raise RecordingError(f"{path}: {error}") from None
    ticks: list[Tick] = []
    for number, tick in enumerate(data["ticks"], start=1):
        ticks.append(_read_tick(path, number, tick, site, ticks[-1].plans if ticks else {}))
    return Recording(ticks=tuple(ticks), names=_names(data.get("entry")))


def _read_tick(path: Path, number: int, tick: Any, site: Site, plans: Mapping[str, Plan]) -> Tick:
    """Read one; `plans` are those of the one before, which hold on unless it has others."""
    if not isinstance(tick, dict):
        raise RecordingError(f"{path}: tick {number}: not an object")
    try:
        return Tick(
            plans={name: from_json(Plan, plan) for name, plan in tick["plans"].items()} if "plans" in tick else plans,
            # It has one of its own where the site was changed since.
            site=from_json(Site, tick["site"]) if "site" in tick else site,
            snapshot=from_json(SiteSnapshot, tick.get("snapshot")),
            state=from_json(ControlState, tick.get("state")),
            decision=from_json(Decision, tick.get("decision")),
        )
    except ReplayError as error:
        raise RecordingError(f"{path}: tick {number}: {error}") from None


def _names(entry: Any) -> dict[str, str]:
    subentries = entry.get("subentries") if isinstance(entry, dict) else None
    return {
        item["subentry_id"]: item["title"]
        for item in (subentries if isinstance(subentries, list) else ())
        if isinstance(item, dict) and {"subentry_id", "title"} <= item.keys()
    }


def replay(tick: Tick, names: Mapping[str, str]) -> Outcome:
    """Decide once more; `names` stand for the ids in the differences."""
    try:
        decision = step(tick.site, tick.snapshot, tick.state, tick.plans)
    except Exception as error:  # noqa: BLE001 whatever the engine does not bear now is what is looked for
        return Outcome(decision=None, differences=(f"the engine fails now: {error!r}",))
    return Outcome(decision=decision, differences=tuple(differences(to_json(tick.decision), to_json(decision), names)))


def differences(recorded: Json, now: Json, names: Mapping[str, str], place: str = "") -> Iterator[str]:
    """Name each place where two decisions differ, down to the single value."""
    if isinstance(recorded, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*recorded, *now)):
            name = names.get(key, key)
            yield from differences(recorded.get(key), now.get(key), names, f"{place}.{name}" if place else name)
    elif recorded != now:
        yield f"{place}: recorded {json.dumps(recorded)}, now {json.dumps(now)}"


def tick_lines(number: int, tick: Tick, decision: Decision, names: Mapping[str, str], speech: Speech) -> list[str]:
    """Tell a tick: when, what the supply carried, and each charger's setpoint and each appliance's state, with the reason."""
    roots = [circuit.circuit_id for circuit in tick.site.circuits if circuit.parent_id is None]
    headroom = decision.headroom.get(roots[0]) if roots else None
    if headroom is None or not headroom.known:
        load = "meter unknown"
    elif headroom.load_a:
        load = "  ".join(f"{phase.upper()} {current_a:.1f}" for phase, current_a in headroom.load_a.items()) + " A"
    else:
        load = f"total {headroom.load_w or 0.0:.0f} W"
    head = f"{number:4}  {tick.snapshot.at.astimezone(UTC):%H:%M:%S.%f}"[:-3] + f"  {load}"
    parts = [
        f"{names.get(evse_id, evse_id)} {'as it is' if setpoint.current_a is None else f'{setpoint.current_a:.1f} A'}: "
        f"{sentence(speech, setpoint)}"
        for evse_id, setpoint in decision.setpoints.items()
    ]
    parts += [
        f"{names.get(load_id, load_id)}{' off' if load_id in decision.shed_loads else ''}: {load_sentence(speech, reason)}"
        for load_id, reason in decision.load_reasons.items()
    ]
    return [f"{head}  {parts[0]}"] if len(parts) == 1 else [head, *(f"      {part}" for part in parts)]


def english(names: Mapping[str, str]) -> Speech:
    """Speak as the user interface does; times are told in UTC, as they are recorded."""
    texts = json.loads(TEXTS.read_text(encoding="utf-8"))["common"]
    prefix = f"component.{DOMAIN}.common."
    return Speech(texts={prefix + key: text for key, text in texts.items()}, timezone=UTC, circuits=names)


class _Parser(argparse.ArgumentParser):
    @override
    def error(self, message: str) -> NoReturn:
        raise RecordingError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="script/replay",
        description="Run the ticks of a site's diagnostics again, and say where the engine decides otherwise now.",
        allow_abbrev=False,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what Home Assistant gives under Download diagnostics")
    parser.add_argument("--tick", type=int, metavar="N", help="only this one, with all that it saw, knew and decided")
    return parser


def run(arguments: Sequence[str]) -> int:
    """Replay, and print; 0 where all is as recorded, else 1.

    Raises:
        RecordingError: it cannot be done.

    """
    given = _parser().parse_args(arguments)
    recording = read_recording(given.file)
    count = len(recording.ticks)
    if given.tick is not None and not 1 <= given.tick <= count:
        raise RecordingError(f"--tick {given.tick}: {given.file} has the ticks 1 to {count}")
    speech = english(recording.names)
    wanted = range(1, count + 1) if given.tick is None else [given.tick]
    differing = []
    for number in wanted:
        tick = recording.ticks[number - 1]
        outcome = replay(tick, recording.names)
        print("\n".join(tick_lines(number, tick, outcome.decision or tick.decision, recording.names, speech)))
        shown = outcome.differences if given.tick else outcome.differences[:SHOWN]
        for difference in shown:
            print(f"      ≠ {difference}")
        if len(outcome.differences) > len(shown):
            print(f"      ≠ and {len(outcome.differences) - len(shown)} more: see --tick {number}")
        if outcome.differences:
            differing.append(number)
        if given.tick is not None:
            print(json.dumps({key: to_json(getattr(tick, key)) for key in ("snapshot", "state", "decision")}, indent=2))
    print(_verdict(len(wanted), differing))
    return 1 if differing else 0


def _verdict(count: int, differing: Sequence[int]) -> str:
    if not differing:
        return "decided as recorded" if count == 1 else f"all {count} ticks are decided as recorded"
    numbers = ", ".join(map(str, differing[:SHOWN])) + (", …" if len(differing) > SHOWN else "")
    return f"{len(differing)} of {count} ticks are decided otherwise now: {numbers}"


def main() -> int:
    """Run the program; 2 where it could not do what was asked."""
    try:
        return run(sys.argv[1:])
    except RecordingError as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
