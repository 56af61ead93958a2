"""Profiles of Modbus chargers: what is said of each mistake, what a value means, and that ours are in order."""

import math
from pathlib import Path

import pytest

from custom_components.smart_charging.chargers.modbus.bus import Span, spans
from custom_components.smart_charging.chargers.modbus.library import BUILT_IN, load_profiles
from custom_components.smart_charging.chargers.modbus.parse import parse_profile
from custom_components.smart_charging.chargers.modbus.profile import (
    Kind,
    Profile,
    ProfileError,
    Register,
    Test,
    Type,
)
from custom_components.smart_charging.chargers.modbus.reading import reading_of
from custom_components.smart_charging.chargers.modbus.values import decode, encode
from custom_components.smart_charging.engine.model.evse import EvState, WatchdogKind

from .modbus_benches import EMULATORS, PROFILES

GOOD = """\
name: Example
models: [One, Two]
source: its manual
tried: false
unit: 1
registers:
  state: {address: 10, type: uint16}
  currents: {address: 0x20, kind: input, type: uint16, count: 3, scale: 0.1}
  limit: {address: 30, type: uint16}
  enable: {address: 31, type: uint16}
  hidden: {address: 32, type: uint16, write_only: true}
  word: {address: 40, type: string, length: 4}
  wide: {address: 50, type: uint32}
state:
  - A: {state: 0}
  - B: {}
measure: {current: currents, limit: limit}
limit: {write: limit, step: 1, pause: 0}
info: {manufacturer: Somebody}
"""


def test_a_good_one_is_read() -> None:
    profile = parse_profile(GOOD, "example.yaml")
    assert profile.models == ("One", "Two")
    assert (profile.port, profile.unit, profile.rtu, profile.tried) == (502, 1, False, False)
    assert profile.registers["currents"].spans == ((0x20, 1), (0x21, 1), (0x22, 1))
    assert profile.watchdog.kind is WatchdogKind.NONE
    assert [register.name for register in profile.polled] == ["state", "currents", "limit"]


# What is changed in the good one, the line, and words of what is said.
MISTAKES = [
    ("name: Example\n", "", 1, "name is missing in the profile"),
    ("tried: false", "tried: perhaps", 4, "tried has to be true or false"),
    ("tried: false", "tried: false\ntries: 3", 5, "tries is not known in the profile"),
    ("name: Example", "name: ''", 1, "name has to be a text"),
    ("unit: 1", "unit: one", 5, "unit has to be a whole number"),
    ("unit: 1", "unit: 0b_", 5, "unit has to be a number"),
    ("step: 1, pause: 0", "step: 1, pause: -1", 18, "pause is -1, which is not at least 0"),
    ("unit: 1", "unit: 256", 5, "unit is 256, which is not between 0 and 255"),
    ("unit: 1", "unit: 1\nunit: 2", 6, "unit is there twice"),
    ("unit: 1", "unit: 1\nspacing: soon", 6, "spacing has to be a number"),
    ("unit: 1", "unit: 1\nword_order: middle", 6, "word_order has to be big or little"),
    ("registers:\n", "registers: none\nmore:\n", 6, "registers has to have fields of its own"),
    ("{address: 10, type: uint16}", "{type: uint16}", 7, "address is missing in state"),
    ("{address: 10, type: uint16}", "{address: 10}", 7, "type is missing in state"),
    ("{address: 10, type: uint16}", "{address: 10, type: uint8}", 7, "type has to be one of uint16, int16"),
    ("{address: 10, type: uint16}", "{address: 10, type: bit}", 7, "Bits are of kind coil or discrete"),
    ("{address: 10, type: uint16}", "{address: 70000, type: uint16}", 7, "address is 70000"),
    ("{address: 10, type: uint16}", "{address: 65535, type: uint32}", 7, "would end at 65536"),
    ("{address: 10, type: uint16}", "{address: 10, type: uint16, kind: input, function: 7}", 7, "5, 6 or 16"),
    ("{address: 10, type: uint16}", "{address: 10, type: uint16, function: 5}", 7, "Function 5 writes coils"),
    ("{address: 10, type: uint16}", "{address: 10, type: uint16, scale: 0}", 7, "scale has to be more than 0"),
    ("{address: 10, type: uint16}", "{address: 10, type: uint16, length: 3}", 7, "length is for texts"),
    ("type: string, length: 4", "type: string", 12, "length is missing in word"),
    ("- A: {state: 0}", "- G: {state: 0}", 15, "'G' is no state; they are A, B, C, D, E and F"),
    ("- A: {state: 0}", "- {A: {state: 0}, B: {}}", 15, "one letter"),
    ("- A: {state: 0}", "- A: {status: 0}", 15, "There is no register 'status'"),
    ("- A: {state: 0}", "- A: {state: ready}", 15, "state holds a number, and is never 'ready'"),
    ("- A: {state: 0}", "- A: {word: 7}", 15, "word holds a text, and is never 7"),
    ("- A: {state: 0}", "- A: {state: {mask: 3}}", 15, "Nothing is asked of state"),
    ("- A: {state: 0}", "- A: {state: {below: 3}}", 15, "below is not known in state"),
    ("- A: {state: 0}", "- A: {hidden: 0}", 15, "can only be written"),
    ("current: currents", "current: amps", 17, "There is no register 'amps'"),
    ("current: currents", "current: word", 17, "current is a number, and word holds a text"),
    ("current: currents", "current: [currents, limit]", 17, "three values, or three with one each"),
    ("limit: limit}", "limit: hidden}", 17, "limit is read from hidden, which can only be written"),
    ("limit: limit}", "limit: [limit, state]}", 17, "limit is one register, and not several"),
    ("write: limit", "write: currents", 18, "currents cannot be written: it is of kind input"),
    ("write: limit", "write: wide", 18, None),
    ("step: 1", "step: 0", 18, "step is 0"),
    ("step: 1", "step: 1, minimum: 8, maximum: 7", 18, "maximum is 7"),
    ("step: 1, pause: 0", "step: 1", 18, "Nothing says how it is paused"),
    ("info:", "pause: {write: hidden, on: 1, off: 0}\ninfo:", 17, "cannot be told where the register that pauses"),
    ("info:", "pause: {write: enable, on: 1}\ninfo:", 19, "off is missing in pause"),
    ("info:", "watchdog: {kind: bark}\ninfo:", 19, "kind has to be one of none, traffic, heartbeat, resend"),
    ("info:", "watchdog: {kind: heartbeat}\ninfo:", 19, "heartbeat register goes with"),
    ("info:", "watchdog: {kind: traffic, heartbeat: enable}\ninfo:", 19, "heartbeat register goes with"),
    ("info:", "watchdog: {kind: resend}\ninfo:", 19, "needs renew_after, or a timeout_register"),
    ("info:", "watchdog: {kind: heartbeat, heartbeat: enable, value: timeout}\ninfo:", 19, "no timeout_register"),
    ("info:", "failsafe: {write: hidden}\ninfo:", 19, "which can only be written"),
    ("info:", "failsafe: {write: hidden, read: hidden}\ninfo:", 19, "which can only be written"),
    ("info:", "failsafe: {timeout_register: hidden}\ninfo:", 19, "Nothing tells its timeout"),
    ("step: 1, pause: 0", "step: 1, pause: 0, unit: kW", 18, "unit has to be A or W, and not 'kW'"),
    ("info:", "failsafe: {write: limit, unit: V}\ninfo:", 19, "unit has to be A or W, and not 'V'"),
    ("limit: limit}", "limit: limit, limit_when: {hidden: 1}}", 17, "can only be written"),
    ("current: currents", "current: currents, voltage: word", 17, "voltage is a number, and word holds a text"),
    ("info:", "phases: {write: enable, one: 1}\ninfo:", 19, "three is missing in phases"),
    ("info:", "prepare:\n  - {write: enable}\ninfo:", 20, "value is missing in prepare"),
    ("info:", "identify:\n  - {needs: {state: 1}, else: tired}\ninfo:", 20, "else has to be one of wrong_device"),
    ("info:", "notes: {mood: good}\ninfo:", 19, "mood is not known in notes"),
    ("manufacturer: Somebody", "model: X", 19, "manufacturer is missing in info"),
    ("name: Example", "name: [Example", 2, "This is no YAML"),
]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"), MISTAKES, ids=[str(number) for number in range(len(MISTAKES))]
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int, words: str | None) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if words is None:
        # Two registers are written with function 16, which is what there is for them.
        assert parse_profile(text, "example.yaml").registers["wide"].function == 16
        return
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "example.yaml")
    assert words in caught.value.message
    assert caught.value.line == line
    assert str(caught.value).startswith(f"example.yaml, line {line}: ")


def test_function_6_writes_one_register_only() -> None:
    text = GOOD.replace("type: uint32}", "type: uint32, function: 6}").replace("write: limit", "write: wide")
    with pytest.raises(ProfileError, match="wide takes 2 registers, and function 6 writes one"):
        parse_profile(text, "example.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty"),
        ("- a list", "has to have fields"),
        ("x" * 70_000, "too long"),
        ("[" * 20_000, "This is no YAML"),
        ("\0", "This is no YAML"),
        ("unit: 0o9x\n? [a]\n: b\n", "missing"),
    ],
)
def test_what_is_no_profile_is_told(text: str, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        parse_profile(text, "example.yaml")


def test_a_folder_gives_what_is_good_and_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(GOOD.replace("unit: 1", "unit: x"))
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "notes.txt").write_text("no profile")
    profiles, errors = load_profiles(tmp_path)
    assert list(profiles) == ["good"]
    assert [(error.profile, error.line) for error in errors] == [
        ("bad.yaml", 5),
        ("binary.yaml", None),
        ("folder.yaml", None),
    ]
    assert load_profiles(tmp_path / "none") == ({}, [])


def test_ours_are_in_order() -> None:
    profiles, errors = load_profiles()
    assert errors == []
    assert profiles.keys() == EMULATORS.keys()
    assert len(profiles) >= 18
    for path in BUILT_IN.glob("*.yaml"):
        assert len(path.read_text("utf-8").splitlines()) <= 80, path.name


@pytest.mark.parametrize("name", EMULATORS)
def test_each_of_ours_says_what_a_list_of_chargers_needs(name: str) -> None:
    profile = PROFILES[name]
    assert profile.models
    assert "@ b29b49e, numbers only" in profile.source or "modbus-en.md" in profile.source
    # Nobody has tried them on a device yet.
    assert not profile.tried
    assert {"setup", "failsafe"} <= profile.notes.keys()
    states = {rule.state for rule in profile.state}
    assert {EvState.A, EvState.B, EvState.C} <= states
    # A setpoint is never below what a car can use, and the highest fits into the register.
    limit = profile.registers[profile.limit.write]
    assert profile.limit.minimum_a >= 6
    highest = profile.limit.maximum_a * (3 * 230 if profile.limit.in_w else 1)
    most = decode(limit, encode(limit, highest / limit.scale))
    assert isinstance(most, int | float)
    assert most * limit.scale == pytest.approx(highest, abs=limit.scale if profile.limit.in_w else 1e-6)


@pytest.mark.parametrize(
    ("kind", "words", "little", "value"),
    [
        (Type.UINT16, [0x1234], False, 0x1234),
        (Type.INT16, [0xFFFF], False, -1),
        (Type.UINT32, [1, 2], False, 0x10002),
        (Type.UINT32, [2, 1], True, 0x10002),
        (Type.INT32, [0xFFFF, 0xFFFE], False, -2),
        (Type.UINT64, [0, 0, 1, 0], False, 0x10000),
        (Type.INT64, [0xFFFF] * 4, True, -1),
        (Type.FLOAT32, [0x41A0, 0], False, 20.0),
        (Type.FLOAT32, [0, 0x41A0], True, 20.0),
        (Type.FLOAT64, [0x4034, 0, 0, 0], False, 20.0),
        (Type.FLOAT32, [0x7FC0, 0], False, None),
        (Type.FLOAT32, [0x7F80, 0], False, None),
        (Type.UINT16, [0xFFFF], False, None),
        (Type.STRING, [0x4142, 0x4300, 0x5858], True, "ABC"),
        (Type.STRING, [0x0020, 0x41FF], False, "Aÿ"),
        (Type.UTF16, [0x41, 0x20AC, 0], False, "A€"),
        (Type.ASCII_HIGH, [0x4300], False, "C"),
        (Type.ASCII_LOW, [0x0042], False, "B"),
        (Type.BIT, [1], False, 1),
    ],
)
def test_what_words_mean(kind: Type, words: list[int], little: bool, value: float | str | None) -> None:
    register = Register(name="it", address=0, type=kind, size=len(words), little=little, invalid=frozenset({0xFFFF}))
    assert decode(register, words) == value


@pytest.mark.parametrize(
    ("kind", "size", "little", "value", "words"),
    [
        (Type.UINT16, 1, False, 12.99, [12]),
        (Type.UINT16, 1, False, 101 * 0.1 / 0.1 - 1e-9, [101]),
        (Type.UINT16, 1, False, 70_000, [0xFFFF]),
        (Type.INT16, 1, False, 40_000, [0x7FFF]),
        (Type.UINT16, 1, False, -3, [0]),
        (Type.UINT32, 2, False, 0x10002, [1, 2]),
        (Type.UINT32, 2, True, 0x10002, [2, 1]),
        (Type.FLOAT32, 2, False, 20.0, [0x41A0, 0]),
        (Type.FLOAT64, 4, True, 20.0, [0, 0, 0, 0x4034]),
    ],
)
def test_the_words_of_a_value_which_is_rounded_down(
    kind: Type, size: int, little: bool, value: float, words: list[int]
) -> None:
    assert encode(Register(name="it", address=0, type=kind, size=size, little=little), value) == words


@pytest.mark.parametrize(
    ("test", "value", "holds"),
    [
        (Test(register="it", one_of=(1, 2)), 2, True),
        (Test(register="it", one_of=(1, 2)), 3, False),
        (Test(register="it", none_of=(1,)), 1, False),
        (Test(register="it", least=3, most=5), 4, True),
        (Test(register="it", least=3, most=5), 6, False),
        (Test(register="it", mask=4, one_of=(0,)), 3, True),
        (Test(register="it", mask=4, one_of=(0,)), 7, False),
        (Test(register="it", begins=("B", "C")), "C2", True),
        (Test(register="it", begins=("B", "C")), "A", False),
        (Test(register="it", none_of=("A",)), "A", False),
    ],
)
def test_what_is_asked_of_a_register(test: Test, value: float | str, holds: bool) -> None:
    assert test.holds(value) is holds


def test_neighbours_are_asked_for_together_and_never_over_a_gap() -> None:
    def at(address: int, kind: Kind = Kind.HOLDING, **more: int) -> Register:
        return Register(name=str(address), address=address, kind=kind, **more)  # type: ignore[arg-type]

    registers = [at(12), at(10, size=2), at(14), at(13, Kind.INPUT), at(10), at(20, count=2, stride=2)]
    assert spans(registers, single=False) == [
        Span(kind=Kind.HOLDING, address=10, count=3),
        Span(kind=Kind.HOLDING, address=14, count=1),
        Span(kind=Kind.HOLDING, address=20, count=1),
        Span(kind=Kind.HOLDING, address=22, count=1),
        Span(kind=Kind.INPUT, address=13, count=1),
    ]
    assert len(spans(registers, single=True)) == 7
    # No more at a time than devices bear.
    many = spans([at(address) for address in range(250)], single=False)
    assert [span.count for span in many] == [100, 100, 50]


def profile() -> Profile:
    text = GOOD.replace("current: currents,", "current: currents, power: wide, energy: wide, fault: enable,")
    return parse_profile(text, "example.yaml")


def test_what_is_not_known_is_none_and_never_zero() -> None:
    reading = reading_of(profile(), {}, None)
    assert (reading.state, reading.limit_a, reading.current_a) == (None, None, None)
    assert (reading.power_w, reading.energy_kwh, reading.fault) == (None, None, None)
    some = reading_of(profile(), {"currents": (100, None, 100), "state": (1,), "wide": (None,)}, None)
    assert some.current_a is None
    assert some.power_w is None
    # A charger that has no second phase tells of its first.
    assert reading_of(profile(), {"currents": (100,)}, None).current_a == (10.0,)


def test_a_state_that_no_rule_gives_is_not_known() -> None:
    strange = parse_profile(GOOD.replace("  - B: {}", "  - B: {state: 1}"), "example.yaml")
    assert reading_of(strange, {"state": (9,)}, None).state is None


def test_a_limit_that_may_be_paused_is_not_known() -> None:
    text = GOOD.replace("info:", "pause: {write: enable, on: 1, off: 0}\ninfo:")
    paused = parse_profile(text, "example.yaml")
    assert reading_of(paused, {"limit": (10,)}, None).limit_a is None
    assert reading_of(paused, {"limit": (10,), "enable": (0,)}, None).limit_a == 0
    assert reading_of(paused, {"limit": (10,), "enable": (1,)}, None).limit_a == 10


def test_what_cannot_be_is_not_known() -> None:
    absurd = {"currents": (60_000, 0, 0), "wide": (4_000_000_000,), "limit": (60_000,), "enable": (7,)}
    reading = reading_of(profile(), absurd, 1)
    assert reading.current_a is None
    assert reading.power_w is None
    assert reading.energy_kwh is None
    assert reading.limit_a is None
    assert reading.fault == "error 7"
    assert reading.phases == 1


@pytest.mark.parametrize(("raw", "limit_a"), [(0, 0.0), (5, 0.0), (6, 6.0), (16, 16.0)])
def test_less_than_can_be_offered_is_nothing(raw: int, limit_a: float) -> None:
    found = reading_of(profile(), {"limit": (raw,)}, None).limit_a
    assert found is not None
    assert math.isclose(found, limit_a)
