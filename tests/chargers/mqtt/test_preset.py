"""Presets of chargers over MQTT: what is said of each mistake, and that ours are in order."""

from pathlib import Path

import pytest

from custom_components.smart_charging.chargers.modbus.profile import ProfileError
from custom_components.smart_charging.chargers.mqtt.library import BUILT_IN, load_presets, presets, set_own_presets
from custom_components.smart_charging.chargers.mqtt.parse import parse_preset
from custom_components.smart_charging.engine.model.evse import EvState, WatchdogKind

from .peers import PEERS

GOOD = """\
name: Example
source: its manual
tried: false
prefix: example/1
state:
  topic: "{prefix}/state"
  json: [status, 0]
  words: {A: [1, idle], C: 3}
current: {topic: "{prefix}/currents", scale: 0.1}
power: "{prefix}/power"
limit: {topic: "{prefix}/limit"}
paused: {topic: "{prefix}/mode", is: "Off"}
running: {topic: "{prefix}/mode", is: Normal}
availability: {topic: "{prefix}/lwt", online: up}
write:
  set: {topic: "{prefix}/set", payload: '{"ma":{milliampere}}'}
  pause: {topic: "{prefix}/mode/set", payload: "Off"}
  resume: {topic: "{prefix}/mode/set", payload: Normal}
  step: 1
notes: {setup: Nothing.}
"""


def test_a_good_one_is_read() -> None:
    preset = parse_preset(GOOD, "example.yaml")
    assert preset.state.value is not None
    assert preset.state.value.path == ("status", 0)
    assert preset.state.words == {"1": EvState.A, "idle": EvState.A, "3": EvState.C}
    assert preset.topics == tuple(
        f"{{prefix}}/{name}" for name in ("state", "power", "mode", "currents", "limit", "lwt")
    )
    assert preset.watchdog.kind is WatchdogKind.NONE
    assert preset.measuring == ("{prefix}/currents", "{prefix}/power")
    assert preset.echoes == ("{prefix}/limit", "{prefix}/mode")
    assert (preset.writing.minimum_a, preset.writing.maximum_a, preset.writing.can_pause) == (6, 32, True)


BEAT = 'beat: {topic: "{prefix}/alive", payload: "1"}'

# What is changed in the good one, the line, and words of what is said.
MISTAKES = [
    ("name: Example\n", "", 1, "name is missing in the profile"),
    ("tried: false", "tried: perhaps", 3, "tried has to be true or false"),
    ("tried: false", "tried: false\ntries: 3", 4, "tries is not known in the profile"),
    ("prefix: example/1", "prefix: ''", 4, "prefix has to be a text"),
    ('topic: "{prefix}/state"', 'topic: "{prefix}/+/state"', 6, "has a wildcard"),
    ('topic: "{prefix}/state"', 'topic: "{base}/state"', 6, "a placeholder that is not known; known is {prefix}"),
    ("words: {A: [1, idle], C: 3}", "words: {G: 1}", 8, "'G' is no state; they are A, B, C, D, E and F"),
    ("words: {A: [1, idle], C: 3}", "words: {A: 1, C: 1}", 8, "'1' is there twice"),
    ("words: {A: [1, idle], C: 3}", "words: idle", 8, "words has to have fields of its own"),
    ("  words: {A: [1, idle], C: 3}\n", "", 5, "a topic and its words, or neither"),
    (
        '  topic: "{prefix}/state"\n  json: [status, 0]\n  words: {A: [1, idle], C: 3}',
        '  charging: {topic: "{prefix}/c", is: true}',
        5,
        "Nothing says whether a vehicle is connected",
    ),
    ("json: [status, 0]", "template: '{{ value'", 7, "template is no template"),
    ("json: [status, 0]", "json: [[status]]", 7, "json has to be a text"),
    ("scale: 0.1", "scale: 0", 9, "scale has to be more than 0"),
    ("scale: 0.1", "scale: big", 9, "scale has to be a number"),
    ("scale: 0.1", "unit: A", 9, "unit is not known in current"),
    ('power: "{prefix}/power"', 'power: [{topic: "{prefix}/power"}]', 10, "power has to be a text"),
    ('power: "{prefix}/power"', 'power: {topic: a, json: b, template: "{{ value }}"}', 10, "one of them is enough"),
    ("current: {", "one_for_all: true\ncurrent: {", None, None),
    (
        'current: {topic: "{prefix}/currents", scale: 0.1}',
        "current: [a, b]",
        9,
        "one topic with a list, or three with one phase each",
    ),
    (
        'current: {topic: "{prefix}/currents", scale: 0.1}',
        "one_for_all: true\ncurrent: [a, b, c]",
        1,
        "one_for_all is for a current that is told once",
    ),
    (', is: "Off"}', "}", 12, "is is missing in paused"),
    ("online: up", "of: name", 14, "availability needs words for online, for offline, or both"),
    ('{topic: "{prefix}/lwt", ', '{topic: "announce/+", ', 14, "announce/+ has a wildcard"),
    ('{topic: "{prefix}/lwt", ', '{topic: "announce/+", of: name, ', None, None),
    ("write:\n", "silence: 0\nwrite:\n", 15, "silence is 0, which is not between 1 and 3600"),
    ("step: 1", "step: 0", 19, "step is 0"),
    ("step: 1", "step: 1\n  minimum: 8\n  maximum: 7", 21, "maximum is 7"),
    ("  step: 1\n", "", 15, "step is missing in write"),
    ("{milliampere}", "6000", 16, "set says no current: a payload needs one of {current}, {deciampere}, {milliampere}"),
    ("{milliampere}", "{amps}", 16, "{amps} is not known in set; known are {current}, {deciampere}"),
    ('payload: "Off"', 'payload: "{current}"', 17, "{current} is not known in pause; known are {prefix}"),
    ('payload: "Off"', "payload: ''", 17, "payload has to be a text"),
    ('payload: "Off"', 'payload: "Off", refused: a', 17, "A topic for its no goes with one for its yes"),
    ('payload: "Off"', 'payload: "Off", qos: 2', 17, "qos is not known in pause"),
    ("step: 1", "step: 1\n  zero_pauses: true", 15, "and not by both"),
    ('  pause: {topic: "{prefix}/mode/set", payload: "Off"}\n', "", 15, "resume goes with pause"),
    (
        '  pause: {topic: "{prefix}/mode/set", payload: "Off"}\n  resume: {topic: "{prefix}/mode/set", payload: Normal}\n',
        "",
        1,
        "running says when it has to be resumed",
    ),
    ("notes:", "watchdog: {kind: bark}\nnotes:", 20, "kind has to be one of none, traffic, heartbeat, resend"),
    ("notes:", "watchdog: {kind: heartbeat, timeout: 60}\nnotes:", 20, "beat and every go with"),
    ("notes:", f"watchdog: {{kind: heartbeat, timeout: 60, {BEAT}}}\nnotes:", 20, "beat and every go with"),
    ("notes:", f"watchdog: {{kind: heartbeat, every: 9, {BEAT}}}\nnotes:", 20, "of kind heartbeat needs timeout"),
    ("notes:", f"watchdog: {{kind: resend, timeout: 60, every: 9, {BEAT}}}\nnotes:", 20, "and with no other"),
    ("notes:", "watchdog: {kind: resend, timeout: 60}\nnotes:", 20, "A watchdog of kind resend needs renew_after"),
    ("notes:", "watchdog: {kind: expiry, renew_after: 20}\nnotes:", 20, "of kind expiry needs timeout"),
    ("notes:", "watchdog: {kind: traffic, timeout: 60}\nnotes:", 20, "kind cannot be traffic"),
    ("notes:", "phases: {one: {topic: a, payload: 1}}\nnotes:", 20, "three is missing in phases"),
    (
        "notes:",
        "phases: {one: {topic: a, payload: '{current}'}, three: {topic: a, payload: 3}}\nnotes:",
        20,
        "{current} is not known in one; known are {prefix}",
    ),
    (
        "notes:",
        "phases: {one: {topic: a, payload: 1}, three: {topic: a, payload: 3}, takes: long}\nnotes:",
        20,
        "takes has to be a number",
    ),
    ("notes: {setup: Nothing.}", "notes: {mood: good}", 20, "mood is not known in notes"),
    ("name: Example", "name: [Example", 2, "This is no YAML"),
]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"), MISTAKES, ids=[str(number) for number in range(len(MISTAKES))]
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int | None, words: str | None) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if words is None:
        parse_preset(text, "example.yaml")
        return
    with pytest.raises(ProfileError) as caught:
        parse_preset(text, "example.yaml")
    assert words in caught.value.message
    assert caught.value.line == line


def test_who_switches_while_paused_has_to_be_paused() -> None:
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(("  pause", "  resume", "running")))
    phases = "phases: {one: {topic: a, payload: 1}, three: {topic: a, payload: 3}, while_paused: true}"
    with pytest.raises(ProfileError, match="It switches while it is paused, and nothing says how it is"):
        parse_preset(f"{text}\n{phases}\n", "example.yaml")


def test_phases_are_read_with_their_topics() -> None:
    phases = """\
phases:
  one: {topic: "{prefix}/phases/set", payload: 1, accepted: "{prefix}/phases/yes"}
  three: {topic: "{prefix}/phases/set", payload: 3}
  read_one: {topic: "{prefix}/phases", is: 1}
  when: {topic: "{prefix}/can", is: true}
  takes: 20
"""
    preset = parse_preset(GOOD + phases, "example.yaml")
    assert preset.phases is not None
    assert [step.payload for step in (*preset.phases.one, *preset.phases.three)] == ["1", "3"]
    assert (preset.phases.while_paused, preset.phases.takes_s) == (False, 20)
    assert {"{prefix}/phases", "{prefix}/can", "{prefix}/phases/yes"} <= set(preset.topics)


def test_ours_are_in_order():
    found, errors = load_presets()
    assert errors == []
    assert found.keys() == {path.stem for path in BUILT_IN.glob("*.yaml")} == PEERS.keys()
    for preset in found.values():
        assert preset.source
        assert preset.notes["setup"]
        assert preset.notes["failsafe"]
        assert not preset.tried


def test_a_folder_may_hold_what_cannot_be_read(tmp_path: Path):
    (tmp_path / "good.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "bad.yaml").write_text("name: [", "utf-8")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe")
    (tmp_path / "notes.txt").write_text("none of ours", "utf-8")
    found, errors = load_presets(tmp_path)
    assert [*found] == ["good"]
    assert [error.profile for error in errors] == ["bad.yaml", "binary.yaml"]
    assert load_presets(tmp_path / "nowhere") == ({}, [])


def test_own_presets_stand_beside_ours():
    own = parse_preset(GOOD, "example.yaml")
    set_own_presets({"warp": own})
    assert presets()["own_warp"] is own
    assert presets()["warp"] is not own
    set_own_presets({})
    assert "own_warp" not in presets()
