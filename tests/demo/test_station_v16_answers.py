from typing import Any

import pytest

from demo.car import Car
from demo.dialect import Promises, UnknownActionError
from demo.outlet import Outlet
from demo.profiles import ProfileError
from demo.readings import MEASURANDS, stamp
from demo.station_v16 import meter_value
from demo.station_v16_answers import TRIGGERS, Answers
from demo.station_v16_keys import Keys

from .conftest import Clock
from .test_profiles import profile


class Bench:
    """An outlet with a car, and what its station answers."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.outlet = Outlet()
        self.lowered: list[bool] = []
        self.promises = Promises()
        self.answers = Answers(self.outlet, self.promises, clock=clock, on_command=self.lowered.append)

    def plug(self, transaction_id: int = 42) -> None:
        self.outlet.plug(Car(), self.clock.now)
        assert self.outlet.transaction is not None
        self.outlet.transaction.id = transaction_id

    def ask(self, action: str, **request: Any) -> dict[str, Any]:
        return self.answers.answer(action, request)

    def set_profile(self, payload: dict[str, Any], connector: int = 1) -> str:
        status: str = self.ask("SetChargingProfile", connectorId=connector, csChargingProfiles=payload)["status"]
        return status


@pytest.fixture
def bench(clock: Clock) -> Bench:
    return Bench(clock)


def test_all_keys_are_read_when_none_is_named(bench: Bench) -> None:
    rows = {row["key"]: row for row in bench.ask("GetConfiguration")["configurationKey"]}
    assert rows["SupportedFeatureProfiles"] == {
        "key": "SupportedFeatureProfiles",
        "readonly": True,
        "value": "Core,SmartCharging,RemoteTrigger",
    }
    assert rows["NumberOfConnectors"]["value"] == "1"


def test_unknown_keys_are_named(bench: Bench) -> None:
    answer = bench.ask("GetConfiguration", key=["HeartbeatInterval", "Colour"])
    assert [row["key"] for row in answer["configurationKey"]] == ["HeartbeatInterval"]
    assert answer["unknownKey"] == ["Colour"]


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("MeterValueSampleInterval", "1", "Accepted"),
        ("MeterValueSampleInterval", "0", "Rejected"),
        ("MeterValueSampleInterval", "soon", "Rejected"),
        ("MeterValuesSampledData", "Current.Import, Power.Active.Import", "Accepted"),
        ("MeterValuesSampledData", "SoC", "Rejected"),
        ("NumberOfConnectors", "2", "Rejected"),
        ("ConnectorPhaseRotation", "1.STR", "Accepted"),
        ("Colour", "red", "NotSupported"),
    ],
)
def test_a_key_is_written_where_it_fits(bench: Bench, key: str, value: str, status: str) -> None:
    before = bench.answers.keys.read([key])
    assert bench.ask("ChangeConfiguration", key=key, value=value)["status"] == status
    assert (bench.answers.keys.read([key]) != before) == (status == "Accepted")


def test_lists_and_numbers_come_out_of_keys() -> None:
    keys = Keys()
    keys.write("MeterValuesSampledData", "Current.Import, Power.Active.Import,")
    assert keys.items("MeterValuesSampledData") == ["Current.Import", "Power.Active.Import"]
    assert keys.integer("MeterValueSampleInterval") == 10


def test_a_profile_is_taken_and_said_to_lower_or_not(bench: Bench) -> None:
    bench.plug()
    assert bench.set_profile(profile("TxDefaultProfile", (0, 10.0))) == "Accepted"
    assert bench.set_profile(profile("TxProfile", (0, 16.0), number=2, transactionId=42)) == "Accepted"
    assert bench.set_profile(profile("TxProfile", (0, 8.0), number=2, transactionId=42)) == "Accepted"
    assert bench.set_profile(profile("TxProfile", (0, 6.0), number=2, transactionId=7)) == "Rejected"
    assert bench.lowered == [True, False, True, False]
    assert bench.outlet.limit_a(bench.clock.now) == 8.0
    assert bench.ask("ClearChargingProfile", id=2)["status"] == "Accepted"
    assert bench.ask("ClearChargingProfile", id=2)["status"] == "Unknown"


def test_without_a_transaction_there_is_no_tx_profile(bench: Bench) -> None:
    assert bench.set_profile(profile("TxProfile", (0, 16.0))) == "Rejected"
    with pytest.raises(ProfileError):
        bench.outlet.profiles.install(1, {}, transaction_id=None, running=False)


@pytest.mark.parametrize(("unit", "limit"), [("A", 10.0), ("W", 2300.0)])
def test_the_composite_schedule_speaks_the_unit_it_was_asked_in(bench: Bench, unit: str, limit: float) -> None:
    bench.plug()
    bench.set_profile(profile("TxDefaultProfile", (0, 10.0)))
    answer = bench.ask("GetCompositeSchedule", connectorId=1, duration=600, chargingRateUnit=unit)
    assert answer["chargingSchedule"] == {
        "duration": 600,
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }
    assert answer["scheduleStart"] == "2026-01-15T18:00:00.000Z"


@pytest.mark.parametrize("request_", [{"connectorId": 2, "duration": 60}, {"connectorId": 1, "duration": 0}])
def test_a_composite_schedule_of_nothing_is_rejected(bench: Bench, request_: dict[str, Any]) -> None:
    assert bench.ask("GetCompositeSchedule", **request_) == {"status": "Rejected"}


def test_remote_start_and_stop_are_left_to_the_station(bench: Bench) -> None:
    assert bench.ask("RemoteStartTransaction", idTag="X")["status"] == "Rejected"
    bench.plug()
    assert bench.ask("RemoteStartTransaction", idTag="X")["status"] == "Rejected"
    assert bench.ask("RemoteStopTransaction", transactionId=7)["status"] == "Rejected"
    assert bench.ask("RemoteStopTransaction", transactionId=42)["status"] == "Accepted"
    assert bench.promises.remote_stop
    bench.outlet.stop()
    assert bench.ask("RemoteStopTransaction", transactionId=42)["status"] == "Rejected"
    assert bench.ask("RemoteStartTransaction", idTag="X")["status"] == "Accepted"
    assert bench.promises.remote_start == "X"


def test_availability_waits_for_the_end_of_a_transaction(bench: Bench) -> None:
    assert bench.ask("ChangeAvailability", connectorId=1, type="Inoperative")["status"] == "Accepted"
    assert bench.ask("ChangeAvailability", connectorId=1, type="Operative")["status"] == "Accepted"
    bench.plug()
    assert bench.ask("ChangeAvailability", connectorId=1, type="Inoperative")["status"] == "Scheduled"


@pytest.mark.parametrize(("kind", "reason"), [("Hard", "HardReset"), ("Soft", "SoftReset")])
def test_a_reset_is_promised(bench: Bench, kind: str, reason: str) -> None:
    assert bench.ask("Reset", type=kind)["status"] == "Accepted"
    assert bench.promises.reset == reason


def test_messages_are_triggered_where_they_are_known(bench: Bench) -> None:
    for message in TRIGGERS:
        assert bench.ask("TriggerMessage", requestedMessage=message)["status"] == "Accepted"
    assert bench.ask("TriggerMessage", requestedMessage="FirmwareStatusNotification")["status"] == "NotImplemented"
    assert bench.promises.triggered == list(TRIGGERS)


@pytest.mark.parametrize(
    ("action", "answer"),
    [
        ("UnlockConnector", {"status": "NotSupported"}),
        ("ClearCache", {"status": "Accepted"}),
        ("DataTransfer", {"status": "UnknownVendorId"}),
        ("GetLocalListVersion", {"listVersion": -1}),
        ("SendLocalList", {"status": "NotSupported"}),
        ("GetDiagnostics", {}),
        ("ReserveNow", {"status": "Rejected"}),
        ("CancelReservation", {"status": "Rejected"}),
    ],
)
def test_what_it_does_not_do_is_answered_all_the_same(bench: Bench, action: str, answer: dict[str, Any]) -> None:
    assert bench.ask(action) == answer


def test_an_unknown_action_is_no_answer(bench: Bench) -> None:
    with pytest.raises(UnknownActionError):
        bench.ask("MakeCoffee")


def test_meter_values_hold_what_was_asked_for(bench: Bench) -> None:
    bench.plug()
    for _ in range(10):
        bench.outlet.step(bench.clock.advance(1), 1.0)
    value = meter_value(bench.outlet, bench.clock.now, [*MEASURANDS, "SoC"], "Sample.Periodic")
    samples = {(sample["measurand"], sample.get("phase")): sample for sample in value["sampledValue"]}
    assert samples["Current.Import", "L1"]["value"] == "30.4"
    assert samples["Current.Import", "L2"]["value"] == "0.0"
    assert samples["Current.Offered", None]["value"] == "32.0"
    assert samples["Power.Active.Import", None] == {
        "value": "6992.0",
        "context": "Sample.Periodic",
        "measurand": "Power.Active.Import",
        "unit": "W",
    }
    assert samples["Energy.Active.Import.Register", None]["value"] == f"{bench.outlet.energy_wh:.0f}"
    assert samples["Voltage", "L3-N"]["value"] == "230.0"
    assert value["timestamp"] == stamp(bench.clock.now)
