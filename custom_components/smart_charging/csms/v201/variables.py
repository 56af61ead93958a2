"""Names of the device model's variables, as texts that a person can write, and back (OCPP 2.0.1, part 1, 4).

`Component.Variable`, where needed with instances in brackets, and the EVSE and connector behind an `@`:
`SmartChargingCtrlr.RateUnit`, `DeviceDataCtrlr.ItemsPerMessage[GetVariables]`, `EVSE@1.Power`, `Connector@1:1.Enabled`.
"""

import re
from typing import Any, Final

from ..fields import Fields
from ..frames import Payload

_KEY: Final = re.compile(
    r"(?P<component>[^.@\[\]]{1,50})(?:\[(?P<component_instance>[^\]]{1,50})\])?(?:@(?P<evse>\d{1,4})(?::(?P<connector>\d{1,4}))?)?"
    r"\.(?P<variable>[^.@\[\]]{1,50})(?:\[(?P<variable_instance>[^\]]{1,50})\])?",
    re.ASCII,
)


def parse_key(key: str) -> Payload:
    """The `component` and `variable` that a key names. Raises ValueError for a text that is no key."""
    found = _KEY.fullmatch(key.strip())
    if found is None:
        raise ValueError(f"{key!r} is not Component.Variable")
    component: dict[str, Any] = {"name": found["component"]}
    if found["component_instance"]:
        component["instance"] = found["component_instance"]
    if found["evse"]:
        component["evse"] = {"id": int(found["evse"])}
        if found["connector"]:
            component["evse"]["connectorId"] = int(found["connector"])
    variable = {"name": found["variable"]}
    if found["variable_instance"]:
        variable["instance"] = found["variable_instance"]
    return {"component": component, "variable": variable}


def format_key(entry: Fields) -> str:
    """The key of an entry that holds a `component` and a `variable`; empty where one of them is missing."""
    component, variable = entry.section("component"), entry.section("variable")
    name, of = variable.text("name"), component.text("name")
    if not name or not of:
        return ""
    return f"{of}{_instance(component)}{_evse(component.section('evse'))}.{name}{_instance(variable)}"


def _instance(named: Fields) -> str:
    instance = named.text("instance")
    return f"[{instance}]" if instance else ""


def _evse(evse: Fields) -> str:
    number, connector = evse.optional_integer("id"), evse.optional_integer("connectorId")
    if number is None:
        return ""
    return f"@{number}" if connector is None else f"@{number}:{connector}"
