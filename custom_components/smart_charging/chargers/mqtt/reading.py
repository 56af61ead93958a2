"""What a charger has said over its topics, and what that means."""

import json
from collections.abc import Callable
from typing import Any, Final

from ...engine.model.evse import Evse, EvseInfo, EvState
from ..answers import number, numbers, text
from ..device import Reading
from .preset import PREFIX, Condition, Preset, Value

type Render = Callable[[str, str], Any]
"""Makes a value of a payload by a Home Assistant template; an empty text where that fails."""

_MOST_CHARACTERS: Final = 64 * 1024


class Said:
    """Keeps the last of each topic. Topics are named as the preset names them, with its `{prefix}` in them."""

    def __init__(self, preset: Preset, prefix: str, render: Render) -> None:
        self._preset = preset
        self._names = frozenset({prefix, prefix.rpartition("/")[2]})
        self._render = render
        self._texts: dict[str, str] = {}
        self._parsed: dict[str, Any] = {}

    def take(self, topic: str, payload: str) -> bool:
        """Take in a message; tells whether it is about this charger."""
        if len(payload) > _MOST_CHARACTERS:
            return False
        parsed = _parse(payload)
        availability = self._preset.availability
        if availability is not None and availability.of and topic == availability.value.topic:
            who = _walk(parsed, availability.of)
            if not isinstance(who, str) or who not in self._names:
                return False
        self._texts[topic], self._parsed[topic] = payload, parsed
        return True

    @property
    def anything(self) -> bool:
        """Whether it has said anything yet."""
        return bool(self._texts)

    @property
    def available(self) -> bool | None:
        """Whether it, or the broker for it, says that it is there; None where nobody says."""
        availability = self._preset.availability
        if availability is None:
            return None
        word = self._word(availability.value)
        return True if word in availability.online else False if word in availability.offline else None

    @property
    def lacks(self) -> bool:
        """Whether it says that it cannot be steered as it is set."""
        return self.holds(self._preset.requires) is False

    @property
    def paused(self) -> bool | None:
        """Whether it says that it pauses."""
        return self.holds(self._preset.paused)

    @property
    def running(self) -> bool | None:
        """Whether it says that it takes setpoints."""
        return self.holds(self._preset.running)

    @property
    def tells_limit(self) -> bool:
        """Whether it ever said what it offers, or has to."""
        return not self._preset.limit_optional or any(value.topic in self._texts for value in self._preset.limit)

    @property
    def pilot_a(self) -> float | None:
        """What it says that it signals to the car."""
        return self._number(self._preset.pilot)

    @property
    def one_phase(self) -> bool | None:
        """Whether it says that it is on one phase, where it can switch them; None where it does not say."""
        phases = self._preset.phases
        return None if phases is None else self.holds(phases.read_one)

    def holds(self, condition: Condition | None) -> bool | None:
        """Tell whether this is so; None where it does not say."""
        word = "" if condition is None else self._word(condition.value)
        return None if condition is None or not word else word in condition.words

    def reading(self, evse: Evse) -> Reading:
        """What all of it says together."""
        preset = self._preset
        return Reading(
            state=self._state(),
            limit_a=self._limit(),
            current_a=self._currents(len(evse.phases)),
            power_w=self._number(preset.power),
            energy_kwh=self._number(preset.energy),
            session_kwh=self._number(preset.session_energy),
            fault=self._fault(),
            info=EvseInfo(manufacturer=preset.manufacturer, model=preset.model),
        )

    def _state(self) -> EvState | None:
        rule = self._preset.state
        told = None if rule.value is None else rule.words.get(self._word(rule.value))
        if told is not None:
            return told
        plugged, charging = self.holds(rule.plugged), self.holds(rule.charging)
        if plugged is not True:
            return None if plugged is None else EvState.A
        return EvState.C if charging else EvState.B

    def _limit(self) -> float | None:
        if self.paused:
            return 0.0
        told = [found for value in self._preset.limit if (found := self._number(value)) is not None]
        return next((limit_a for limit_a in told if limit_a > 0), 0.0) if told else None

    def _currents(self, phases: int) -> tuple[float, ...] | None:
        values = self._preset.current
        if len(values) != 1:
            found = [self._number(value) for value in values[:phases]]
        elif isinstance(several := self._value(values[0]), list):
            found = list(numbers(several[:phases], values[0].scale) or ())
        else:
            found = [self._number(values[0])] * (phases if self._preset.one_for_all else 1)
        known = tuple(current_a for current_a in found if current_a is not None)
        return known if len(known) == phases else None

    def _fault(self) -> str | None:
        condition = self._preset.fault
        if condition is None or self.holds(condition) is not False:
            return None
        return text(self._value(condition.value)) or None

    def _number(self, value: Value | None) -> float | None:
        return None if value is None else number(self._value(value), value.scale)

    def _word(self, value: Value) -> str:
        """What it tells as a word; empty where it tells none."""
        found = self._value(value)
        if isinstance(found, bool):
            return "true" if found else "false"
        amount = number(found)
        return f"{amount:g}" if amount is not None else text(found).lower()

    def _value(self, value: Value) -> Any:
        payload = self._texts.get(value.topic)
        if payload is None:
            return None
        if value.template:
            made = self._render(value.template, payload)
            return _parse(made) if isinstance(made, str) else made
        return _walk(self._parsed[value.topic], value.path)


def at(topic: str, prefix: str) -> str:
    """Name a topic as the broker knows it."""
    return topic.replace(PREFIX, prefix)


def _parse(payload: str) -> Any:
    try:
        return json.loads(payload)
    except ValueError, RecursionError:
        return payload


def _walk(found: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        if isinstance(found, dict):
            found = found.get(str(key))
        elif isinstance(found, list) and isinstance(key, int) and 0 <= key < len(found):
            found = found[key]
        else:
            return None
    return found
