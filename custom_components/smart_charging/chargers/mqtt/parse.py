"""Reads a preset from its YAML. The schema is the presets themselves: each function below reads one of their parts.

A mistake is a `ProfileError` with the line that it is in.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.helpers.template import TemplateEnvironment

from ...engine.model.evse import EvState, Watchdog, WatchdogKind
from ..modbus.fields import Field, root
from .preset import (
    CURRENT,
    DECIAMPERE,
    MILLIAMPERE,
    NO_DOG,
    PREFIX,
    TIMESTAMP,
    Availability,
    Condition,
    Dog,
    Phases,
    Preset,
    StateRule,
    Step,
    Steps,
    Value,
    Writing,
)

_MOST_A: Final = 80.0
_MOST_TIME_S: Final = 3600.0
_PHASES: Final = 3
_NOTES: Final = ("setup", "failsafe", "pause", "wear", "phases")
_PLACEHOLDER: Final = re.compile(r"\{[a-z_]+\}")
_CURRENTS: Final = frozenset({CURRENT, MILLIAMPERE, DECIAMPERE})
_WILD: Final = frozenset("+#")
# For the syntax alone.
_SYNTAX: Final = TemplateEnvironment(None)


def parse_preset(text: str, name: str) -> Preset:
    """Read a preset; `name` is what to call it in an error. Raises `ProfileError`."""
    of = root(text, name)
    fields = of.fields()
    state = fields.need("state")
    preset = Preset(
        name=fields.need("name").text(),
        source=fields.need("source").text(),
        tried=fields.need("tried").truth(),
        prefix=fields.need("prefix").text(),
        state=_state(state),
        writing=_writing(fields.need("write")),
        current=fields.take("current", _currents, ()),
        one_for_all=fields.take("one_for_all", Field.truth, default=False),
        power=fields.take("power", _value, None),
        energy=fields.take("energy", _value, None),
        session_energy=fields.take("session_energy", _value, None),
        limit=fields.take("limit", lambda field: tuple(_value(item) for item in field.items()), ()),
        paused=fields.take("paused", _condition, None),
        running=fields.take("running", _condition, None),
        requires=fields.take("requires", _condition, None),
        fault=fields.take("no_fault", _condition, None),
        availability=fields.take("availability", _availability, None),
        pilot=fields.take("pilot", _value, None),
        limit_optional=fields.take("limit_optional", Field.truth, default=False),
        phases=fields.take("phases", _phases, None),
        on_change=fields.take("on_change", Field.truth, default=False),
        silence_s=fields.take("silence", lambda field: field.number(1, _MOST_TIME_S), None),
        alive=fields.take("alive", lambda field: tuple(_topic(item) for item in field.items()), ()),
        dog=fields.take("watchdog", _dog, NO_DOG),
        manufacturer=fields.take("manufacturer", Field.text, ""),
        model=fields.take("model", Field.text, ""),
        notes=fields.take("notes", _notes, {}),
    )
    fields.end()
    if preset.one_for_all and len(preset.current) != 1:
        raise of.wrong("one_for_all is for a current that is told once.")
    if preset.running is not None and not preset.writing.resume:
        raise of.wrong("running says when it has to be resumed, and write has no resume.")
    if preset.phases is not None and preset.phases.while_paused and not preset.writing.can_pause:
        raise fields.need("phases").wrong("It switches while it is paused, and nothing says how it is.")
    return preset


def _value(field: Field) -> Value:
    """A topic alone, or with what to make of its payload."""
    if not field.has_fields:
        return Value(topic=_topic(field))
    fields = field.fields()
    value = Value(
        topic=_topic(fields.need("topic")),
        path=fields.take("json", _path, ()),
        template=fields.take("template", _template, ""),
        scale=fields.take("scale", _scale, 1.0),
    )
    fields.end()
    if value.path and value.template:
        raise field.wrong(f"{field.name} has a json path and a template; one of them is enough.")
    return value


def _condition(field: Field) -> Condition:
    fields = field.fields()
    words = _words(fields.need("is"))
    value = Value(
        topic=_topic(fields.need("topic")),
        path=fields.take("json", _path, ()),
        template=fields.take("template", _template, ""),
    )
    fields.end()
    return Condition(value=value, words=words)


def _state(field: Field) -> StateRule:
    fields = field.fields()
    nothing: Mapping[str, EvState] = {}
    words = fields.take("words", _state_words, nothing)
    plugged, charging = fields.take("plugged", _condition, None), fields.take("charging", _condition, None)
    topic = fields.get("topic")
    value = None
    if topic is not None:
        value = Value(
            topic=_topic(topic),
            path=fields.take("json", _path, ()),
            template=fields.take("template", _template, ""),
        )
    fields.end()
    if (value is None) is not (not words):
        raise field.wrong("state has a topic and its words, or neither.")
    if value is None and plugged is None:
        raise field.wrong("Nothing says whether a vehicle is connected: state needs a topic with words, or plugged.")
    return StateRule(value=value, words=words, plugged=plugged, charging=charging)


def _state_words(field: Field) -> Mapping[str, EvState]:
    found: dict[str, EvState] = {}
    for each in field.fields():
        if each.name.lower() not in set(EvState):
            raise each.wrong(f"{each.name!r} is no state; they are A, B, C, D, E and F.")
        for word in _words(each):
            if word in found:
                raise each.wrong(f"{word!r} is there twice.")
            found[word] = EvState(each.name.lower())
    return found


def _currents(field: Field) -> tuple[Value, ...]:
    found = tuple(_value(item) for item in field.items())
    if len(found) not in {1, _PHASES}:
        raise field.wrong("current is one topic with a list, or three with one phase each.")
    return found


def _availability(field: Field) -> Availability:
    fields = field.fields()
    anyone: tuple[str | int, ...] = ()
    of = fields.take("of", _path, anyone)
    availability = Availability(
        value=Value(
            topic=_topic(fields.need("topic"), wild=bool(of)),
            path=fields.take("json", _path, ()),
            template=fields.take("template", _template, ""),
        ),
        online=fields.take("online", _words, frozenset()),
        offline=fields.take("offline", _words, frozenset()),
        of=of,
    )
    fields.end()
    if not availability.online and not availability.offline:
        raise field.wrong("availability needs words for online, for offline, or both.")
    return availability


def _writing(field: Field) -> Writing:
    fields = field.fields()
    minimum_a = fields.take("minimum", lambda item: item.number(1, _MOST_A), 6.0)
    writing = Writing(
        set=_steps(fields.need("set"), _CURRENTS),
        pause=fields.take("pause", _steps, ()),
        resume=fields.take("resume", lambda item: _steps(item, _CURRENTS), ()),
        zero_pauses=fields.take("zero_pauses", Field.truth, default=False),
        minimum_a=minimum_a,
        maximum_a=fields.take("maximum", lambda item: item.number(minimum_a, _MOST_A), 32.0),
        step_a=fields.need("step").number(0.001, minimum_a),
        interval_s=fields.take("interval", lambda item: item.number(0, _MOST_TIME_S), 0.0),
    )
    fields.end()
    if not any(placeholder in step.payload for step in writing.set for placeholder in _CURRENTS):
        raise fields.need("set").wrong(f"set says no current: a payload needs one of {', '.join(sorted(_CURRENTS))}.")
    if writing.zero_pauses and writing.pause:
        raise field.wrong("It is paused by a current of 0, or by messages of its own, and not by both.")
    if writing.resume and not writing.pause:
        raise field.wrong("resume goes with pause.")
    return writing


def _steps(field: Field, placeholders: frozenset[str] = frozenset()) -> Steps:
    return tuple(_step(item, placeholders) for item in field.items())


def _step(field: Field, placeholders: frozenset[str]) -> Step:
    fields = field.fields()
    payload = fields.need("payload")
    step = Step(
        topic=_topic(fields.need("topic")),
        payload=payload.text(),
        retain=fields.take("retain", Field.truth, default=False),
        accepted=fields.take("accepted", _topic, ""),
        refused=fields.take("refused", _topic, ""),
    )
    fields.end()
    for placeholder in _PLACEHOLDER.findall(step.payload):
        if placeholder not in {*placeholders, PREFIX}:
            known = ", ".join(sorted({*placeholders, PREFIX}))
            raise payload.wrong(f"{placeholder} is not known in {field.name}; known are {known}.")
    if step.refused and not step.accepted:
        raise field.wrong("A topic for its no goes with one for its yes.")
    return step


def _phases(field: Field) -> Phases:
    fields = field.fields()
    phases = Phases(
        one=_steps(fields.need("one")),
        three=_steps(fields.need("three")),
        read_one=fields.take("read_one", _condition, None),
        when=fields.take("when", _condition, None),
        while_paused=fields.take("while_paused", Field.truth, default=False),
        takes_s=fields.take("takes", lambda item: item.number(0, _MOST_TIME_S), 0.0),
    )
    fields.end()
    return phases


def _dog(field: Field) -> Dog:
    fields = field.fields()
    kind = fields.need("kind").word(WatchdogKind)
    time: Callable[[Field], float] = lambda item: item.number(1, _MOST_TIME_S)  # noqa: E731 -- what four of them are
    dog = Dog(
        watchdog=Watchdog(
            kind=kind,
            timeout_s=fields.take("timeout", time, None),
            renew_after_s=fields.take("renew_after", time, None),
        ),
        beat=fields.take("beat", lambda item: _steps(item, frozenset({TIMESTAMP})), ()),
        every_s=fields.take("every", time, 0.0),
    )
    fields.end()
    beats = kind is WatchdogKind.HEARTBEAT
    if beats is not bool(dog.beat) or beats is not bool(dog.every_s):
        raise field.wrong("beat and every go with the watchdog of kind heartbeat, and with no other.")
    if kind in {WatchdogKind.RESEND, WatchdogKind.EXPIRY} and dog.watchdog.renew_after_s is None:
        raise field.wrong(f"A watchdog of kind {kind} needs renew_after.")
    if kind is not WatchdogKind.NONE and dog.watchdog.timeout_s is None:
        raise field.wrong(f"A watchdog of kind {kind} needs timeout.")
    if kind is WatchdogKind.TRAFFIC:
        raise field.wrong("What is told through a broker is no traffic of ours: kind cannot be traffic.")
    return dog


def _topic(field: Field, *, wild: bool = False) -> str:
    topic = field.text()
    rest = topic.replace(PREFIX, "")
    if not wild and _WILD & set(topic):
        raise field.wrong(f"{topic} has a wildcard; a topic is one.")
    if "{" in rest or "}" in rest:
        raise field.wrong(f"{topic} has a placeholder that is not known; known is {PREFIX}.")
    return topic


def _template(field: Field) -> str:
    template = field.text()
    try:
        _SYNTAX.parse(template)
    except Exception as error:
        # Whatever the parser lets out (a user may write anything, ever so deep) is a fault in this file.
        raise field.wrong(f"{field.name} is no template: {error}.") from error
    return template


def _path(field: Field) -> tuple[str | int, ...]:
    return tuple(key if isinstance(key := item.raw(), int) else str(key) for item in field.items())


def _words(field: Field) -> frozenset[str]:
    return frozenset(_word(item) for item in field.items())


def _word(field: Field) -> str:
    raw = field.raw()
    return raw.lower() if isinstance(raw, str) else f"{raw:g}"


def _scale(field: Field) -> float:
    scale = field.number()
    if scale <= 0:
        raise field.wrong("scale has to be more than 0.")
    return scale


def _notes(field: Field) -> Mapping[str, str]:
    fields = field.fields()
    read: Callable[[Field], str] = Field.text
    notes = {name: fields.take(name, read, "") for name in _NOTES}
    fields.end()
    return {name: text for name, text in notes.items() if text}
