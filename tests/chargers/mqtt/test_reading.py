"""What the messages of a charger mean together."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.smart_charging.chargers.mqtt.library import presets
from custom_components.smart_charging.chargers.mqtt.parse import parse_preset
from custom_components.smart_charging.chargers.mqtt.payload import filled
from custom_components.smart_charging.chargers.mqtt.preset import Preset, StateRule, Step
from custom_components.smart_charging.chargers.mqtt.reading import Said, at
from custom_components.smart_charging.engine.model.evse import EvState
from custom_components.smart_charging.engine.model.quantities import Phase

from ..bench import EVSE
from .test_preset import GOOD

ONE_PHASE = replace(EVSE, phases=(Phase.L2,))


def said(preset: Preset, messages: dict[str, str], prefix: str = "p") -> Said:
    found = Said(preset, prefix, lambda template, payload: f"{template}:{payload}")
    for topic, payload in messages.items():
        found.take(topic if topic.startswith("openevse/") else f"{{prefix}}/{topic}", payload)
    return found


@pytest.mark.parametrize(
    ("name", "messages", "state"),
    [
        ("generic", {}, None),
        ("generic", {"state": "C"}, EvState.C),
        ("generic", {"state": '"c"'}, EvState.C),
        ("generic", {"state": "charging"}, None),
        ("warp", {"evse/state": '{"iec61851_state": 1.0}'}, EvState.B),
        ("warp", {"evse/state": '{"iec61851_state": true}'}, None),
        ("warp", {"evse/state": "[1]"}, None),
        ("warp", {"evse/state": "nonsense"}, None),
        ("openevse", {"state": "254"}, None),
        ("openevse", {"state": "254", "vehicle": "1"}, EvState.B),
        ("openevse", {"state": "255", "vehicle": "0"}, EvState.A),
        ("openevse", {"state": "3", "vehicle": "1"}, EvState.C),
        ("openevse", {"state": "8"}, EvState.F),
        ("smartevse", {"State": "Charging Stopped"}, EvState.B),
        ("smartevse", {"State": "NOSTATE", "EVPlugState": "Disconnected"}, EvState.A),
        ("smartevse", {"State": "Stop Charging"}, EvState.C),
        ("silla_prism", {"1/state": "4"}, EvState.B),
        ("openwb_secondary", {"internal_chargepoint/0/get/plug_state": "true"}, EvState.B),
        (
            "openwb_secondary",
            {"internal_chargepoint/0/get/plug_state": "true", "internal_chargepoint/0/get/charge_state": "true"},
            EvState.C,
        ),
        ("openwb_secondary", {"internal_chargepoint/0/get/plug_state": "false"}, EvState.A),
    ],
)
def test_the_state(name: str, messages: dict[str, str], state: EvState | None):
    assert said(presets()[name], messages).reading(EVSE).state is state


@pytest.mark.parametrize(
    ("name", "messages", "limit_a"),
    [
        ("smartevse", {}, None),
        ("smartevse", {"ChargeCurrentOverride": "100", "MaxCurrent": "160", "Mode": "Normal"}, 10),
        ("smartevse", {"ChargeCurrentOverride": "0", "MaxCurrent": "160", "Mode": "Normal"}, 16),
        ("smartevse", {"ChargeCurrentOverride": "100", "Mode": "Pause"}, 0),
        ("smartevse", {"ChargeCurrentOverride": "100", "Mode": "Off"}, 0),
        ("openevse", {"override": '{"state":"null"}', "pilot": "24"}, 24),
        ("openevse", {"override": '{"state":"disabled","charge_current":10}', "pilot": "24"}, 0),
        ("openevse", {"override": '{"state":"active","charge_current":10}', "pilot": "24"}, 10),
        ("warp", {"evse/external_current": '{"current": 0}'}, 0),
        ("warp", {"evse/external_current": '{"current": 7300}'}, 7.3),
        ("warp", {"evse/external_current": '{"current": NaN}'}, None),
        ("silla_prism", {"1/pilot": "10"}, None),
    ],
)
def test_the_limit(name: str, messages: dict[str, str], limit_a: float | None):
    found = said(presets()[name], messages).reading(EVSE).limit_a
    assert found == (None if limit_a is None else pytest.approx(limit_a))


@pytest.mark.parametrize(
    ("name", "messages", "three", "one"),
    [
        ("generic", {"current": "[1, 2, 3]"}, (1, 2, 3), (1,)),
        ("generic", {"current": "[1, 2]"}, None, (1,)),
        ("generic", {"current": "[1, null, 3]"}, None, (1,)),
        ("generic", {"current": "7"}, None, (7,)),
        ("generic", {"current": "much"}, None, None),
        ("openevse", {"amp": "7000"}, (7, 7, 7), (7,)),
        ("smartevse", {"EVCurrentL1": "70", "EVCurrentL2": "60", "EVCurrentL3": "50"}, (7, 6, 5), (7,)),
        ("smartevse", {"EVCurrentL1": "70"}, None, (7,)),
        ("warp", {"meter/all_values": "[230, 231, 232, 1.5, 2.5, 3.5]"}, (1.5, 2.5, 3.5), (1.5,)),
        ("warp", {"meter/all_values": "[230, 231, 232]"}, None, None),
    ],
)
def test_the_currents(
    name: str, messages: dict[str, str], three: tuple[float, ...] | None, one: tuple[float, ...] | None
):
    found = said(presets()[name], messages)
    assert found.reading(EVSE).current_a == (None if three is None else pytest.approx(three))
    assert found.reading(ONE_PHASE).current_a == (None if one is None else pytest.approx(one))


def test_amounts_have_their_scale():
    found = said(presets()["warp"], {"meter/values": '{"power": 6900.5, "energy_abs": 1234.5}'}).reading(EVSE)
    assert (found.power_w, found.energy_kwh, found.session_kwh) == (6900.5, 1234.5, None)
    found = said(presets()["silla_prism"], {"1/w": "100", "1/wh_total": "5000", "1/wh": "700"}).reading(EVSE)
    assert (found.power_w, found.energy_kwh) == (100, 5)
    assert found.session_kwh == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        ({}, None),
        ({"Error": "None"}, None),
        ({"Error": "No Power Available"}, None),
        ({"Error": "RCM Tripped"}, "RCM Tripped"),
    ],
)
def test_a_fault_is_its_own_word(messages: dict[str, str], fault: str | None):
    assert said(presets()["smartevse"], messages).reading(EVSE).fault == fault


@pytest.mark.parametrize(
    ("prefix", "payload", "available"),
    [
        ("openevse-7b2c", '{"state": "connected", "name": "openevse-7b2c"}', True),
        ("emon/openevse-7b2c", '{"state": "disconnected", "name": "openevse-7b2c"}', False),
        ("openevse-7b2c", '{"state": "sleeping", "name": "openevse-7b2c"}', None),
        ("openevse-7b2c", '{"state": "disconnected", "name": "openevse-0000"}', None),
        ("openevse-7b2c", '{"state": "disconnected"}', None),
        ("openevse-7b2c", "disconnected", None),
    ],
)
def test_who_announces_is_told_by_name(prefix: str, payload: str, available: bool | None):
    assert said(presets()["openevse"], {"openevse/announce/+": payload}, prefix).available is available


def test_a_template_makes_a_value_of_it():
    preset = parse_preset(GOOD.replace("json: [status, 0]", "template: '{{ value }}'"), "own.yaml")
    assert preset.state.value is not None
    taken = said(preset, {"state": "1"})
    assert taken.reading(EVSE).state is None
    rendered: list[Any] = [1, "idle", "3", None]
    found = Said(preset, "p", lambda _template, _payload: rendered.pop(0))
    found.take("{prefix}/state", "whatever")
    assert [found.reading(EVSE).state for _ in range(4)] == [EvState.A, EvState.A, EvState.C, None]


def test_a_message_beyond_measure_is_left():
    found = said(presets()["generic"], {"state": "C"})
    assert not found.take("{prefix}/state", "A" * 100_000)
    assert found.reading(EVSE).state is EvState.C
    assert found.take("{prefix}/state", "[" * 50_000)
    assert found.reading(EVSE).state is None


def test_what_is_not_asked_holds_neither_way():
    found = said(replace(presets()["generic"], state=StateRule()), {})
    assert found.available is None
    assert found.paused is None
    assert not found.lacks
    assert found.reading(EVSE).state is None
    assert at("{prefix}/a", "x/y") == "x/y/a"


@pytest.mark.parametrize(
    ("payload", "current_a", "step_a", "text"),
    [
        ("{current}", 10.0, 1, "10"),
        ("{current}", 10.99, 1, "10"),
        ("{current}", 10.1, 0.1, "10.1"),
        ("{current}", 10.0, 0.1, "10.0"),
        ("{current}", 10.7, 0.5, "10.5"),
        ("{current}", 0.0, 0.01, "0.00"),
        ("{current}", 10.0, 10, "10"),
        ("{milliampere}", 7.3, 0.1, "7300"),
        ("{milliampere}", 16.37, 0.001, "16370"),
        ("{deciampere}", 12.3, 0.1, "123"),
        (
            '{"a":{current},"m":{milliampere},"at":{timestamp},"of":"{prefix}"}',
            6,
            1,
            '{"a":6,"m":6000,"at":0,"of":"p"}',
        ),
    ],
)
def test_a_payload_is_rounded_down_to_the_step(payload: str, current_a: float, step_a: float, text: str):
    step = Step(topic="t", payload=payload)
    assert filled(step, current_a, step_a, "p", datetime.fromtimestamp(0, UTC)) == text
