"""Reads a scenario: a site, a story in chapters, and what is expected at the end of each. `README.md` beside it tells the words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from custom_components.smart_charging.engine.model.circuit import Circuit
from custom_components.smart_charging.engine.model.decision import Decision
from custom_components.smart_charging.engine.model.evse import Evse
from custom_components.smart_charging.engine.model.goal import Goal
from custom_components.smart_charging.engine.model.limit import Limit, LimitSource
from custom_components.smart_charging.engine.model.load import SheddableLoad
from custom_components.smart_charging.engine.model.mode import Mode
from custom_components.smart_charging.engine.model.off_peak import OffPeak
from custom_components.smart_charging.engine.model.plan import Plan, PlanSlot
from custom_components.smart_charging.engine.model.policy import ControlPolicy
from custom_components.smart_charging.engine.model.protection import Protection, ProtectionKind
from custom_components.smart_charging.engine.model.quantities import ALL_PHASES, Phase
from custom_components.smart_charging.engine.model.replay import from_json
from custom_components.smart_charging.engine.model.site import Site
from tests.engine.builders import NOW, later
from tests.engine.living import LivingSite
from tests.engine.living_parts import LivingCharger, LivingLoad, LivingMeter

type Data = dict[str, Any]

FOLDER: Final = Path(__file__).parent
SOURCES: Final = {
    source.value: source for source in LimitSource if source not in {LimitSource.UNBALANCE, LimitSource.CHARGER}
}
CAR_WORDS: Final = {
    "plugged": "plugged",
    "takes": "share",
    "late_s": "late_s",
    "measures_s": "measures_s",
    "car_phases": "uses",
    "car_maximum_a": "car_maximum_a",
    "offered_a": "offered_a",
    "offered_phases": "offered_phases",
}
"""What a scenario says of a car and its charger's present state, and what that is in the living site."""


class ScenarioError(ValueError):
    """A scenario says something that nobody understands."""


def read_all() -> list[tuple[str, Data]]:
    """Read every scenario of every file: (file and title, data)."""
    found: list[tuple[str, Data]] = []
    for path in sorted(FOLDER.glob("*.json")):
        cases = json.loads(path.read_text(encoding="utf-8"))
        found += [(f"{path.stem}: {case['title']}", case) for case in cases]
    return found


def limits(words: Mapping[str, Any]) -> tuple[Limit, ...]:
    """Read limits such as `rating_a`, `subscribed_w` or `operator_chargers_w`: whose, of what, and in which unit."""
    found: list[Limit] = []
    for word, value in words.items():
        source, _, unit = word.rpartition("_")
        chargers_only = source.endswith("_chargers")
        source = source.removesuffix("_chargers")
        if source in SOURCES and unit in {"a", "w"}:
            amount = {"current_a": value} if unit == "a" else {"power_w": value}
            found.append(Limit(source=SOURCES[source], chargers_only=chargers_only, **amount))
    return tuple(found)


def _phases(words: Mapping[str, Any], default: tuple[Phase, ...]) -> tuple[Phase, ...]:
    return tuple(Phase(word) for word in words["phases"].split()) if "phases" in words else default


@dataclass
class Story:
    """A scenario that can be lived."""

    case: Data
    world: LivingSite = field(init=False)

    def __post_init__(self) -> None:
        site = self.case["site"]
        self._check(site, {"phases", "policy", "circuits", "chargers", "loads", "meter", "voltage_v"} | _CIRCUIT_WORDS)
        root = dict(site, metered=site.get("meter", "phases") != "none")
        phases = ALL_PHASES[: site.get("phases", 1)]
        circuits = {"site": root, **site.get("circuits", {})}
        chargers = site.get("chargers", {"car": {}})
        loads = site.get("loads", {})
        place = Site(
            circuits=tuple(self._circuit(name, words, phases) for name, words in circuits.items()),
            evses=tuple(self._evse(name, words, phases) for name, words in chargers.items()),
            loads=tuple(self._load(name, words, phases) for name, words in loads.items()),
            policy=from_json(ControlPolicy, site.get("policy", {})),
        )
        self.world = LivingSite(
            site=place,
            chargers=[self._charger(evse, chargers[evse.evse_id]) for evse in place.evses],
            meters=[
                LivingMeter(circuit, total_only=circuits[circuit.circuit_id].get("meter") == "total")
                for circuit in place.circuits
                if circuit.metered
            ],
            loads=[LivingLoad(load, takes_w=loads[load.load_id].get("takes_w")) for load in place.loads],
        )

    def live(self) -> None:
        """Live through the chapters, and hold each to what it expects."""
        for number, chapter in enumerate(self.case["story"]):
            self._begin(chapter)
            most: dict[str, float] = {}
            for _ in range(chapter.get("for_s", 1)):
                decision = self.world.live()
                for name, setpoint in decision.setpoints.items():
                    most[name] = max(most.get(name, 0.0), setpoint.current_a or 0.0)
            assert self.world.decision is not None
            for name, expected in chapter.get("then", {}).items():
                told = self._told(name, expected, self.world.decision)
                assert told == expected, f"chapter {number + 1}, {name}: {told}, expected {expected}"
            for name, bound_a in chapter.get("at_most_a", {}).items():
                assert most[name] <= bound_a, f"chapter {number + 1}, {name}: {most[name]} A at some moment"

    def _begin(self, chapter: Data) -> None:
        """Let happen what this chapter begins with."""
        self._check(chapter, _CHAPTER_WORDS)
        world = self.world
        if "house_a" in chapter:
            self._house(chapter["house_a"])
        for name, words in chapter.get("cars", {}).items():
            self._change(next(item for item in world.chargers if item.evse.evse_id == name), words)
        for name, words in chapter.get("loads", {}).items():
            self._touch(next(item for item in world.loads if item.load.load_id == name), words)
        for name, word in chapter.get("meters", {}).items():
            meter = next(item for item in world.meters if item.circuit.circuit_id == name)
            meter.silent, meter.garbles = word == "silent", None if word in {"silent", "speaks"} else float(word)
        if "limits" in chapter:
            world.limits = {name: limits(words) for name, words in chapter["limits"].items()}
        self._intend(chapter)

    def _intend(self, chapter: Data) -> None:
        """Let plans, goals, cheap hours and the home battery be what this chapter says, and the engine start anew where it does."""
        world = self.world
        if chapter.get("restart"):
            world.restart()
        for name, slots in chapter.get("plans", {}).items():
            world.plans[name] = Plan(slots=[self._slot(*slot) for slot in slots])
        for name, words in chapter.get("goals", {}).items():
            departure = NOW + timedelta(hours=words["departure_h"])
            world.goals[name] = Goal(departure=departure, energy_kwh=words.get("energy_kwh"))
        if "off_peak" in chapter:
            changes_h = chapter["off_peak"].get("changes_h")
            changes_at = None if changes_h is None else NOW + timedelta(hours=changes_h)
            world.off_peak = OffPeak(cheap=chapter["off_peak"]["cheap"], changes_at=changes_at)
        if "battery" in chapter:
            world.battery_w, world.battery_soc = chapter["battery"]["power_w"], chapter["battery"].get("soc")

    def _touch(self, load: LivingLoad, words: Data) -> None:
        self._check(words, {"on", "reachable", "takes_w"})
        if "on" in words:
            load.switch(self.world.second, on=words["on"])
        load.reachable, load.takes_w = words.get("reachable", load.reachable), words.get("takes_w", load.takes_w)

    def _house(self, house_a: float | list[float] | Data) -> None:
        by_circuit = house_a if isinstance(house_a, dict) else {"site": house_a}
        for name, load_a in by_circuit.items():
            phases = self.world.site.circuit(name).phases
            values = load_a if isinstance(load_a, list) else [load_a] * len(phases)
            self.world.house_a[name] = dict(zip(phases, values, strict=True))

    def _change(self, charger: LivingCharger, words: Data) -> None:
        self._check(words, {*CAR_WORDS, "mode", "reachable"})
        for word, value in words.items():
            if word in CAR_WORDS:
                setattr(charger, CAR_WORDS[word], value)
        charger.mode = Mode(words.get("mode", charger.mode))
        if "reachable" in words:
            (charger.find if words["reachable"] else charger.lose)(self.world.second)

    @staticmethod
    def _slot(start_s: float, end_s: float, current_a: float) -> PlanSlot:
        return PlanSlot(start=later(start_s), end=later(end_s), current_a=current_a)

    def _told(self, name: str, expected: object, decision: Decision) -> object:
        """Say of a charger, an appliance or the site what the expectation asks for."""
        if name == "shed":
            return sorted(decision.shed_loads)
        if name in decision.load_reasons:
            return decision.load_reasons[name].code.value
        if name.startswith("headroom_"):
            head = decision.headroom[name.removeprefix("headroom_")]
            return [round(value, 3) for value in head.headroom_a.values()] if head.known else "unknown"
        setpoint = decision.setpoints[name]
        known: Data = {
            "setpoint_a": None if setpoint.current_a is None else round(setpoint.current_a, 6),
            "reason": setpoint.reason.code.value,
            "phases": setpoint.phases,
            "means": setpoint.means.value,
            **setpoint.reason.params,
        }
        if isinstance(expected, dict):
            return {key: known.get(key) for key in expected}
        return [known["setpoint_a"], known["reason"]] if isinstance(expected, list) else known["setpoint_a"]

    @staticmethod
    def _check(words: Mapping[str, Any], known: set[str]) -> None:
        for word in words:
            if word not in known and not limits({word: 0}):
                raise ScenarioError(f"{word}: nobody knows this word here")

    def _circuit(self, name: str, words: Data, phases: tuple[Phase, ...]) -> Circuit:
        if name != "site":
            self._check(words, _CIRCUIT_WORDS | {"below", "phases", "metered", "meter"})
        return Circuit(
            circuit_id=name,
            phases=phases if name == "site" else _phases(words, phases),
            limits=limits(words),
            parent_id=None if name == "site" else words.get("below", "site"),
            metered=words.get("metered", "meter" in words),
            meter_period_s=words.get("meter_period_s", 1.0),
            stale_after_s=words.get("stale_after_s"),
            protection=Protection(kind=ProtectionKind(words["protection"])) if "protection" in words else None,
            unbalance_a=words.get("unbalance_a"),
        )

    def _evse(self, name: str, words: Data, phases: tuple[Phase, ...]) -> Evse:
        own = {item.name for item in fields(Evse)}
        self._check(words, own | set(CAR_WORDS) | {"below", "mode"})
        return Evse(
            evse_id=name,
            circuit_id=words.get("below", "site"),
            phases=_phases(words, phases),
            **{word: value for word, value in words.items() if word in own - {"phases"}},
        )

    def _charger(self, evse: Evse, words: Data) -> LivingCharger:
        charger = LivingCharger(evse=evse, uses=len(evse.phases), measures_s=1)
        self._change(charger, {word: value for word, value in words.items() if word in {*CAR_WORDS, "mode"}})
        return charger

    def _load(self, name: str, words: Data, phases: tuple[Phase, ...]) -> SheddableLoad:
        own = {item.name for item in fields(SheddableLoad)}
        self._check(words, own | {"below", "takes_w"})
        return SheddableLoad(
            load_id=name,
            circuit_id=words.get("below", "site"),
            phases=_phases(words, phases),
            **{word: value for word, value in words.items() if word in own - {"phases"}},
        )


_CIRCUIT_WORDS: Final = {"meter_period_s", "stale_after_s", "protection", "unbalance_a"}
_CHAPTER_WORDS: Final = {
    *("house_a", "cars", "meters", "loads", "limits", "restart", "plans", "goals", "battery", "off_peak"),
    *("for_s", "then", "at_most_a"),
}
