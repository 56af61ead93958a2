"""Each kind of appliance: when it is on, and what switches it off and back."""

from typing import Any

import pytest
from homeassistant.components.water_heater.const import WaterHeaterEntityFeature
from homeassistant.core import State

from custom_components.smart_charging.sources.appliance import Call, is_on, is_reachable, off_calls, on_calls

MODES = int(WaterHeaterEntityFeature.OPERATION_MODE)
ON_OFF = int(WaterHeaterEntityFeature.ON_OFF)


@pytest.mark.parametrize(
    ("entity_id", "value", "attributes", "shed_value", "expected"),
    [
        ("switch.boiler", "on", {}, None, True),
        ("switch.boiler", "off", {}, None, False),
        ("switch.boiler", "melting", {}, None, None),
        ("switch.boiler", "unknown", {}, None, None),
        ("switch.boiler", "unavailable", {}, None, None),
        ("input_boolean.boiler", "on", {}, None, True),
        ("climate.hall", "heat", {}, None, True),
        ("climate.hall", "off", {}, None, False),
        ("water_heater.tank", "eco", {}, None, True),
        ("water_heater.tank", "off", {}, None, False),
        ("number.pump", "5", {"step": 1}, 1.0, True),
        ("number.pump", "1", {"step": 1}, 1.0, False),
        ("number.pump", "1.3", {"step": 1}, 1.0, False),
        ("number.pump", "1.3", {"step": 0.1}, 1.0, True),
        ("number.pump", "1.00001", {}, 1.0, True),
        ("number.pump", "1.00001", {"step": 0}, 1.0, True),
        ("number.pump", "warm", {}, 1.0, None),
        ("number.pump", "5", {}, None, None),
    ],
)
def test_what_a_state_says(
    entity_id: str, value: str, attributes: dict[str, Any], shed_value: float | None, expected: bool | None
) -> None:
    assert is_on(State(entity_id, value, attributes), shed_value) is expected


def test_what_is_not_there_says_nothing() -> None:
    assert is_on(None, None) is None
    assert not is_reachable(None)


@pytest.mark.parametrize(
    ("entity_id", "before", "attributes", "shed_value", "off", "back"),
    [
        ("switch.boiler", "on", {}, None, [("turn_off", {})], [("turn_on", {})]),
        ("input_boolean.boiler", "on", {}, None, [("turn_off", {})], [("turn_on", {})]),
        (
            "climate.hall",
            "heat_cool",
            {},
            None,
            [("set_hvac_mode", {"hvac_mode": "off"})],
            [("set_hvac_mode", {"hvac_mode": "heat_cool"})],
        ),
        (
            "water_heater.tank",
            "eco",
            {"supported_features": MODES, "operation_list": ["off", "eco"]},
            None,
            [("set_operation_mode", {"operation_mode": "off"})],
            [("set_operation_mode", {"operation_mode": "eco"})],
        ),
        (
            "water_heater.tank",
            "eco",
            {"supported_features": MODES | ON_OFF, "operation_list": ["eco"]},
            None,
            [("turn_off", {})],
            [("turn_on", {}), ("set_operation_mode", {"operation_mode": "eco"})],
        ),
        ("water_heater.tank", "on", {"supported_features": ON_OFF}, None, [("turn_off", {})], [("turn_on", {})]),
        ("number.pump", "7.5", {}, 1.0, [("set_value", {"value": 1.0})], [("set_value", {"value": "7.5"})]),
    ],
)
def test_what_switches_it_off_and_back_to_what_it_did(
    entity_id: str,
    before: str,
    attributes: dict[str, Any],
    shed_value: float | None,
    off: list[tuple[str, dict[str, Any]]],
    back: list[tuple[str, dict[str, Any]]],
) -> None:
    state = State(entity_id, before, attributes)

    def calls(expected: list[tuple[str, dict[str, Any]]]) -> tuple[Call, ...]:
        return tuple(Call(domain=state.domain, action=action, data=data) for action, data in expected)

    assert off_calls(state, shed_value) == calls(off)
    assert on_calls(state, before) == calls(back)
