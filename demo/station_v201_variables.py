"""The device model of the simulated station: variables in place of OCPP 1.6's keys (OCPP 2.0.1, part 1, 4; B05 to B07)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from .dialect import Payload
from .profiles import MAXIMUM_PERIODS, MAXIMUM_PROFILES, MAXIMUM_STACK_LEVEL
from .readings import MEASURANDS
from .versions import Version

ITEMS_PER_MESSAGE: Final = 10
"""So many variables are read or written at once, and told in one part of a report."""


class Name(NamedTuple):
    """What a variable is called."""

    component: str
    variable: str
    instance: str | None = None
    """The variable's."""
    evse: int | None = None
    connector: int | None = None

    @property
    def payload(self) -> Payload:
        """As `component` and `variable`."""
        component: Payload = {"name": self.component}
        if self.evse is not None:
            component["evse"] = {"id": self.evse}
            if self.connector is not None:
                component["evse"]["connectorId"] = self.connector
        instance = {} if self.instance is None else {"instance": self.instance}
        return {"component": component, "variable": {"name": self.variable, **instance}}


def read_name(entry: Mapping[str, Any]) -> Name:
    """The name in an entry with a `component` and a `variable`, which the schema has checked."""
    component, variable = entry["component"], entry["variable"]
    evse = component.get("evse", {})
    return Name(component["name"], variable["name"], variable.get("instance"), evse.get("id"), evse.get("connectorId"))


@dataclass(slots=True, kw_only=True)
class Variable:
    """A variable's value, and what may be written to it."""

    value: str
    kind: str = "string"
    """Its `dataType`."""
    readonly: bool = True
    minimum: int | None = None
    choice: tuple[str, ...] = ()
    """What a list may hold."""
    unit: str | None = None

    @property
    def characteristics(self) -> Payload:
        """As `variableCharacteristics`."""
        told: Payload = {"dataType": self.kind, "supportsMonitoring": False}
        if self.unit is not None:
            told["unit"] = self.unit
        if self.minimum is not None:
            told["minLimit"] = self.minimum
        if self.choice:
            told["valuesList"] = ",".join(self.choice)
        return told

    def takes(self, value: str) -> bool:
        """Whether this may be written."""
        if self.readonly:
            return False
        match self.kind:
            case "integer":
                return value.isdecimal() and int(value) >= (self.minimum or 0)
            case "boolean":
                return value in {"true", "false"}
            case "MemberList":
                return all(item.strip() in self.choice for item in value.split(",") if item.strip())
        return True


def _fact(value: object, kind: str = "string", unit: str | None = None) -> Variable:
    return Variable(value=str(value), kind=kind, unit=unit)


def _seconds(value: int, minimum: int) -> Variable:
    return Variable(value=str(value), kind="integer", readonly=False, minimum=minimum, unit="s")


def _number(value: int, minimum: int) -> Variable:
    return Variable(value=str(value), kind="integer", readonly=False, minimum=minimum)


def _switch(value: str) -> Variable:
    return Variable(value=value, kind="boolean", readonly=False)


def _measurands(*value: str) -> Variable:
    return Variable(value=",".join(value), kind="MemberList", readonly=False, choice=MEASURANDS)


REGISTER: Final = "Energy.Active.Import.Register"
HEARTBEAT: Final = Name("OCPPCommCtrlr", "HeartbeatInterval")
OFFLINE_THRESHOLD: Final = Name("OCPPCommCtrlr", "OfflineThreshold")
ATTEMPTS: Final = Name("OCPPCommCtrlr", "MessageAttempts", "TransactionEvent")
ATTEMPT_INTERVAL: Final = Name("OCPPCommCtrlr", "MessageAttemptInterval", "TransactionEvent")
SAMPLED: Final = Name("SampledDataCtrlr", "TxUpdatedMeasurands")
SAMPLE_INTERVAL: Final = Name("SampledDataCtrlr", "TxUpdatedInterval")
AT_START: Final = Name("SampledDataCtrlr", "TxStartedMeasurands")
AT_END: Final = Name("SampledDataCtrlr", "TxEndedMeasurands")
ALIGNED: Final = Name("AlignedDataCtrlr", "Measurands")
ALIGNED_INTERVAL: Final = Name("AlignedDataCtrlr", "Interval")
ENABLED: Final = Name("SmartChargingCtrlr", "Enabled")
STOPS_ON_INVALID_ID: Final = Name("TxCtrlr", "StopTxOnInvalidId")
AVAILABILITY: Final = Name("Connector", "AvailabilityState", None, 1, 1)


def factory_variables(version: Version) -> dict[Name, Variable]:
    """As the station leaves the factory: with smart charging switched off, as stations do that are sold for any csms."""
    variables = {
        ALIGNED_INTERVAL: _seconds(0, 0),
        ALIGNED: _measurands(REGISTER),
        Name("AuthCtrlr", "Enabled"): _fact("false", "boolean"),
        Name("ChargingStation", "Model"): _fact("Simulated"),
        Name("ChargingStation", "VendorName"): _fact("Smart Charging"),
        AVAILABILITY: _fact("Available", "OptionList"),
        Name("DeviceDataCtrlr", "ItemsPerMessage", "GetReport"): _fact(ITEMS_PER_MESSAGE, "integer"),
        Name("DeviceDataCtrlr", "ItemsPerMessage", "GetVariables"): _fact(ITEMS_PER_MESSAGE, "integer"),
        Name("DeviceDataCtrlr", "ItemsPerMessage", "SetVariables"): _fact(ITEMS_PER_MESSAGE, "integer"),
        HEARTBEAT: _seconds(60, 1),
        ATTEMPTS: _number(3, 1),
        ATTEMPT_INTERVAL: _seconds(5, 1),
        Name("OCPPCommCtrlr", "MessageTimeout", "Default"): _fact(30, "integer", "s"),
        OFFLINE_THRESHOLD: _seconds(60, 0),
        Name("OCPPCommCtrlr", "WebSocketPingInterval"): _seconds(20, 0),
        AT_END: _measurands(REGISTER),
        AT_START: _measurands(REGISTER),
        SAMPLE_INTERVAL: _seconds(60, 0),
        SAMPLED: _measurands(REGISTER, "Power.Active.Import"),
        ENABLED: _switch("false"),
        Name("SmartChargingCtrlr", "Entries", "ChargingProfiles"): _fact(MAXIMUM_PROFILES, "integer"),
        Name("SmartChargingCtrlr", "PeriodsPerSchedule"): _fact(MAXIMUM_PERIODS, "integer"),
        Name("SmartChargingCtrlr", "Phases3to1"): _fact("false", "boolean"),
        Name("SmartChargingCtrlr", "ProfileStackLevel"): _fact(MAXIMUM_STACK_LEVEL, "integer"),
        Name("SmartChargingCtrlr", "RateUnit"): _fact("A,W", "MemberList"),
        Name("TxCtrlr", "EVConnectionTimeOut"): _seconds(60, 10),
        STOPS_ON_INVALID_ID: _switch("true"),
        Name("TxCtrlr", "TxStartPoint"): _fact("PowerPathClosed", "MemberList"),
        Name("TxCtrlr", "TxStopPoint"): _fact("EVConnected,Authorized", "MemberList"),
    }
    if version is Version.V21:
        variables[Name("SmartChargingCtrlr", "SupportsMaxOfflineDuration")] = _fact("true", "boolean")
    return variables


class Variables:
    """The variables of one station."""

    def __init__(self, version: Version) -> None:
        """As from the factory."""
        self._variables = factory_variables(version)

    def integer(self, name: Name) -> int:
        """The value of one that holds a number."""
        return int(self._variables[name].value)

    def items(self, name: Name) -> list[str]:
        """The value of one that holds a list."""
        return [item.strip() for item in self._variables[name].value.split(",") if item.strip()]

    def truth(self, name: Name) -> bool:
        """The value of one that is true or false."""
        return self._variables[name].value == "true"

    def put(self, name: Name, value: str) -> None:
        """The station itself sets one."""
        self._variables[name].value = value

    def read(self, entry: Mapping[str, Any]) -> Payload:
        """The answer to one `getVariableData`."""
        name, status = self._find(entry)
        value = {} if status != "Accepted" else {"attributeValue": self._variables[name].value}
        return {"attributeStatus": status, **value, **name.payload}

    def write(self, entry: Mapping[str, Any]) -> Payload:
        """Take in one `setVariableData`, and answer it."""
        name, status = self._find(entry)
        if status == "Accepted":
            variable = self._variables[name]
            if variable.takes(entry["attributeValue"]):
                variable.value = entry["attributeValue"]
            else:
                status = "Rejected"
        return {"attributeStatus": status, **name.payload}

    def report(self, *, writable: bool) -> Iterator[list[Payload]]:
        """The parts of a report on all variables, or on those that are `writable` alone."""
        rows = [
            {
                **name.payload,
                "variableAttribute": [
                    {"value": variable.value, "mutability": "ReadOnly" if variable.readonly else "ReadWrite"}
                ],
                "variableCharacteristics": variable.characteristics,
            }
            for name, variable in self._variables.items()
            if not (writable and variable.readonly)
        ]
        for start in range(0, len(rows), ITEMS_PER_MESSAGE):
            yield rows[start : start + ITEMS_PER_MESSAGE]

    def _find(self, entry: Mapping[str, Any]) -> tuple[Name, str]:
        name = read_name(entry)
        if name in self._variables:
            known = entry.get("attributeType", "Actual") == "Actual"
            return name, "Accepted" if known else "NotSupportedAttributeType"
        components = {known.component for known in self._variables}
        return name, "UnknownVariable" if name.component in components else "UnknownComponent"
