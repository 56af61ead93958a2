"""Each answer is held against the official schema of its version."""

from typing import Any

import pytest

from demo.car import Car
from demo.dialect import Promises, RefusedError
from demo.outlet import Outlet
from demo.schemas import fault
from demo.station_v201_answers import IMMEDIATELY, TRIGGERS, AnswersV201
from demo.station_v201_variables import ENABLED, ITEMS_PER_MESSAGE, SAMPLE_INTERVAL, SAMPLED, Name
from demo.versions import Version

from .conftest import Clock
from .test_profiles_v201 import profile, relative

EVSE = {"id": 1}
TAG = {"idToken": "TAG", "type": "Central"}


class Bench:
    """An outlet with a car, and what its station answers."""

    def __init__(self, clock: Clock, version: Version) -> None:
        self.clock = clock
        self.outlet = Outlet()
        self.lowered: list[bool] = []
        self.promises = Promises()
        self.version = version
        self.answers = AnswersV201(self.outlet, self.promises, version, clock=clock, on_command=self.lowered.append)

    def plug(self, transaction_id: str = "T1") -> None:
        self.outlet.plug(Car(), self.clock.now)
        assert self.outlet.transaction is not None
        self.outlet.transaction.id = transaction_id

    def ask(self, action: str, **request: Any) -> dict[str, Any]:
        answer = self.answers.answer(action, request)
        assert fault(self.version, action, answer, answer=True) is None
        return answer

    def set_profile(self, payload: dict[str, Any], evse: int = 1) -> dict[str, Any]:
        return self.ask("SetChargingProfile", evseId=evse, chargingProfile=payload)


@pytest.fixture(params=[Version.V201, Version.V21])
def bench(request: pytest.FixtureRequest, clock: Clock) -> Bench:
    bench = Bench(clock, request.param)
    bench.answers.variables.put(ENABLED, "true")
    return bench


def named(component: str, variable: str, **more: Any) -> dict[str, Any]:
    return Name(component, variable).payload | more


def test_variables_are_read_by_name(bench: Bench) -> None:
    wanted = [
        named("SmartChargingCtrlr", "RateUnit"),
        Name("SmartChargingCtrlr", "Entries", "ChargingProfiles").payload,
        Name("Connector", "AvailabilityState", None, 1, 1).payload,
        named("SmartChargingCtrlr", "Colour"),
        named("Kettle", "Enabled"),
        named("SmartChargingCtrlr", "RateUnit", attributeType="Target"),
    ]
    results = bench.ask("GetVariables", getVariableData=wanted)["getVariableResult"]
    assert [(result["attributeStatus"], result.get("attributeValue")) for result in results] == [
        ("Accepted", "A,W"),
        ("Accepted", "20"),
        ("Accepted", "Available"),
        ("UnknownVariable", None),
        ("UnknownComponent", None),
        ("NotSupportedAttributeType", None),
    ]
    assert results[2]["component"] == {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}


def test_only_the_newer_version_says_that_it_counts_the_time_offline(bench: Bench) -> None:
    asked = [named("SmartChargingCtrlr", "SupportsMaxOfflineDuration")]
    (result,) = bench.ask("GetVariables", getVariableData=asked)["getVariableResult"]
    assert result["attributeStatus"] == ("Accepted" if bench.version is Version.V21 else "UnknownVariable")


@pytest.mark.parametrize(
    ("component", "variable", "value", "status"),
    [
        ("SampledDataCtrlr", "TxUpdatedInterval", "5", "Accepted"),
        ("SampledDataCtrlr", "TxUpdatedInterval", "-5", "Rejected"),
        ("SampledDataCtrlr", "TxUpdatedInterval", "soon", "Rejected"),
        ("SampledDataCtrlr", "TxUpdatedMeasurands", "Current.Import, Voltage", "Accepted"),
        ("SampledDataCtrlr", "TxUpdatedMeasurands", "SoC", "Rejected"),
        ("SmartChargingCtrlr", "Enabled", "false", "Accepted"),
        ("SmartChargingCtrlr", "Enabled", "perhaps", "Rejected"),
        ("SmartChargingCtrlr", "ProfileStackLevel", "1", "Rejected"),
        ("SmartChargingCtrlr", "Colour", "red", "UnknownVariable"),
    ],
)
def test_a_variable_is_written_where_it_fits(
    bench: Bench, component: str, variable: str, value: str, status: str
) -> None:
    entry = named(component, variable)
    before = bench.answers.variables.read(entry)
    answer = bench.ask("SetVariables", setVariableData=[entry | {"attributeValue": value}])
    assert answer["setVariableResult"] == [{"attributeStatus": status, **entry}]
    assert (bench.answers.variables.read(entry) != before) == (status == "Accepted")


def test_lists_and_numbers_come_out_of_variables(bench: Bench) -> None:
    variables = bench.answers.variables
    variables.put(SAMPLED, "Current.Import, Power.Active.Import,")
    assert variables.items(SAMPLED) == ["Current.Import", "Power.Active.Import"]
    assert variables.integer(SAMPLE_INTERVAL) == 60


def test_free_text_is_taken_as_it_is(bench: Bench) -> None:
    variable = bench.answers.variables._variables[Name("ChargingStation", "Model")]
    variable.readonly = False
    assert variable.takes("anything")


def test_no_more_variables_are_read_at_once_than_it_said(bench: Bench) -> None:
    too_many = [named("SmartChargingCtrlr", "RateUnit")] * (ITEMS_PER_MESSAGE + 1)
    with pytest.raises(RefusedError) as refused:
        bench.ask("GetVariables", getVariableData=too_many)
    assert refused.value.code == "OccurrenceConstraintViolation"
    with pytest.raises(RefusedError):
        bench.ask("SetVariables", setVariableData=[entry | {"attributeValue": "A"} for entry in too_many])


@pytest.mark.parametrize(("base", "readonly"), [("FullInventory", True), ("ConfigurationInventory", False)])
def test_a_report_comes_in_parts(bench: Bench, base: str, readonly: bool) -> None:
    assert bench.ask("GetBaseReport", requestId=7, reportBase=base) == {"status": "Accepted"}
    parts = bench.answers.reports
    assert [(part["requestId"], part["seqNo"]) for part in parts] == [(7, number) for number in range(len(parts))]
    assert [part["tbc"] for part in parts] == [True] * (len(parts) - 1) + [False]
    for part in parts:
        assert fault(bench.version, "NotifyReport", part) is None
    told = [row["variableAttribute"][0]["mutability"] for part in parts for row in part["reportData"]]
    assert ("ReadOnly" in told) == readonly


def test_a_summary_is_not_made(bench: Bench) -> None:
    assert bench.ask("GetBaseReport", requestId=7, reportBase="SummaryInventory") == {"status": "NotSupported"}
    assert bench.answers.reports == []


def test_a_profile_is_taken_and_said_to_lower_or_not(bench: Bench) -> None:
    bench.plug()
    assert bench.set_profile(relative("TxDefaultProfile", 10.0))["status"] == "Accepted"
    assert bench.set_profile(profile("TxProfile", 16.0, 2))["status"] == "Accepted"
    assert bench.set_profile(profile("TxProfile", 8.0, 2))["status"] == "Accepted"
    answer = bench.set_profile(profile("TxProfile", 6.0, 2, transactionId="T0"))
    assert (answer["status"], answer["statusInfo"]["reasonCode"]) == ("Rejected", "TxNotFound")
    assert bench.lowered == [True, False, True, False]
    assert bench.outlet.limit_a(bench.clock.now) == 8.0
    assert bench.ask("ClearChargingProfile", chargingProfileId=2)["status"] == "Accepted"
    assert bench.ask("ClearChargingProfile", chargingProfileId=2)["status"] == "Unknown"


def test_nothing_is_limited_while_smart_charging_is_switched_off(bench: Bench) -> None:
    bench.answers.variables.put(ENABLED, "false")
    with pytest.raises(RefusedError) as refused:
        bench.set_profile(relative("TxDefaultProfile", 10.0))
    assert refused.value.code == "NotSupported"


@pytest.mark.parametrize(("unit", "limit"), [("A", 10.0), ("W", 2300.0)])
def test_the_composite_schedule_speaks_the_unit_it_was_asked_in(bench: Bench, unit: str, limit: float) -> None:
    bench.plug()
    bench.set_profile(relative("TxDefaultProfile", 10.0))
    answer = bench.ask("GetCompositeSchedule", evseId=1, duration=600, chargingRateUnit=unit)
    assert answer["schedule"] == {
        "evseId": 1,
        "duration": 600,
        "scheduleStart": "2026-01-15T18:00:00.000Z",
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }


@pytest.mark.parametrize(("evse", "duration", "code"), [(2, 60, "UnknownEvse"), (1, 0, "InvalidValue")])
def test_a_composite_schedule_of_nothing_is_rejected(bench: Bench, evse: int, duration: int, code: str) -> None:
    answer = bench.ask("GetCompositeSchedule", evseId=evse, duration=duration)
    assert (answer["status"], answer["statusInfo"]["reasonCode"]) == ("Rejected", code)


def test_a_start_from_afar_needs_a_car_that_waits(bench: Bench) -> None:
    def start(**request: Any) -> tuple[str, str]:
        answer = bench.ask("RequestStartTransaction", remoteStartId=5, idToken=TAG, **request)
        return answer["status"], answer.get("statusInfo", {}).get("reasonCode", "")

    assert start() == ("Rejected", "NotEnabled")
    bench.plug()
    assert start(evseId=1) == ("Rejected", "TxInProgress")
    bench.outlet.stop()
    assert start(evseId=2) == ("Rejected", "UnknownEvse")
    bench.outlet.available = False
    assert start() == ("Rejected", "NotEnabled")
    bench.outlet.available = True
    assert start(evseId=1) == ("Accepted", "")
    assert bench.promises.remote_start == "TAG"
    assert bench.answers.start_request
    assert bench.answers.start_request["remoteStartId"] == 5


def test_a_stop_from_afar_names_what_runs(bench: Bench) -> None:
    assert bench.ask("RequestStopTransaction", transactionId="T1")["status"] == "Rejected"
    bench.plug()
    assert bench.ask("RequestStopTransaction", transactionId="T0")["status"] == "Rejected"
    assert bench.ask("RequestStopTransaction", transactionId="T1") == {"status": "Accepted"}
    assert bench.promises.remote_stop


def test_it_tells_whether_a_transaction_runs(bench: Bench) -> None:
    bench.plug()
    assert bench.ask("GetTransactionStatus") == {"messagesInQueue": False}
    assert bench.ask("GetTransactionStatus", transactionId="T1")["ongoingIndicator"] is True
    assert bench.ask("GetTransactionStatus", transactionId="T0")["ongoingIndicator"] is False


def test_availability_waits_for_the_end_of_a_transaction(bench: Bench) -> None:
    def change(status: str, **request: Any) -> str:
        return str(bench.ask("ChangeAvailability", operationalStatus=status, **request)["status"])

    assert change("Inoperative", evse=EVSE) == "Accepted"
    assert change("Operative") == "Accepted"
    bench.plug()
    assert change("Inoperative", evse=EVSE) == "Scheduled"
    assert change("Operative", evse={"id": 2}) == "Rejected"
    assert not bench.outlet.available


def test_a_reset_is_promised_at_once(bench: Bench) -> None:
    assert bench.ask("Reset", type="OnIdle") == {"status": "Accepted"}
    assert bench.promises.reset == IMMEDIATELY


def test_a_reset_waits_for_the_transaction_where_it_may(bench: Bench) -> None:
    bench.plug()
    assert bench.ask("Reset", type="OnIdle") == {"status": "Scheduled"}
    assert bench.promises == Promises()


def test_a_reset_waits_for_nothing_where_it_may_not(bench: Bench) -> None:
    bench.plug()
    assert bench.ask("Reset", type="Immediate", evseId=1)["status"] == "Rejected"
    assert bench.promises == Promises()
    assert bench.ask("Reset", type="Immediate") == {"status": "Accepted"}
    assert bench.promises == Promises(reset=IMMEDIATELY)


@pytest.mark.parametrize(
    ("connector", "plugged", "status"),
    [(1, False, "Unlocked"), (1, True, "OngoingAuthorizedTransaction"), (2, False, "UnknownConnector")],
)
def test_a_plug_is_unlocked_while_nothing_runs(bench: Bench, connector: int, plugged: bool, status: str) -> None:
    if plugged:
        bench.plug()
    assert bench.ask("UnlockConnector", evseId=1, connectorId=connector) == {"status": status}


@pytest.mark.parametrize(
    ("message", "evse", "status"),
    [
        *((message, {"id": 1, "connectorId": 1}, "Accepted") for message in TRIGGERS),
        ("StatusNotification", EVSE, "Rejected"),
        ("MeterValues", {"id": 2}, "Rejected"),
        ("FirmwareStatusNotification", EVSE, "NotImplemented"),
    ],
)
def test_messages_are_triggered_where_they_are_known(
    bench: Bench, message: str, evse: dict[str, int], status: str
) -> None:
    bench.plug()
    assert bench.ask("TriggerMessage", requestedMessage=message, evse=evse) == {"status": status}
    assert bench.promises.triggered == ([message] if status == "Accepted" else [])


def test_no_event_is_triggered_of_a_transaction_that_is_not_there(bench: Bench) -> None:
    assert bench.ask("TriggerMessage", requestedMessage="TransactionEvent") == {"status": "Rejected"}


@pytest.mark.parametrize(
    ("action", "request_", "answer"),
    [
        ("ClearCache", {}, {"status": "Rejected"}),
        ("DataTransfer", {"vendorId": "acme"}, {"status": "UnknownVendorId"}),
        ("GetLocalListVersion", {}, {"versionNumber": 0}),
        ("SendLocalList", {"versionNumber": 1, "updateType": "Full"}, {"status": "Failed"}),
        (
            "GetLog",
            {"logType": "DiagnosticsLog", "requestId": 1, "log": {"remoteLocation": "http://127.0.0.1/"}},
            {"status": "Rejected"},
        ),
        (
            "ReserveNow",
            {"id": 1, "expiryDateTime": "2026-01-15T19:00:00Z", "idToken": TAG},
            {"status": "Rejected"},
        ),
        ("CancelReservation", {"reservationId": 1}, {"status": "Rejected"}),
    ],
)
def test_what_it_does_not_do_is_answered_all_the_same(
    bench: Bench, action: str, request_: dict[str, Any], answer: dict[str, Any]
) -> None:
    assert bench.ask(action, **request_) == answer


@pytest.mark.parametrize(
    ("action", "request_", "code", "words"),
    [
        ("MakeCoffee", {}, "NotImplemented", "MakeCoffee"),
        ("../BootNotification", {}, "NotImplemented", "not implemented"),
        ("SetChargingProfile", {"evseId": 1}, "FormatViolation", "chargingProfile"),
        ("Reset", {"type": "Hard"}, "FormatViolation", "Reset.type: 'Hard'"),
        ("ClearCache", {"colour": "red"}, "FormatViolation", "colour"),
    ],
)
def test_what_breaks_the_schema_is_an_error(
    bench: Bench, action: str, request_: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(RefusedError, match=words) as refused:
        bench.answers.answer(action, request_)
    assert refused.value.code == code
