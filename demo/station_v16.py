"""The simulated station's words in OCPP 1.6."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar, Final, override

from .dialect import Dialect, Message, Payload
from .outlet import Outlet, Transaction
from .readings import read_meter, stamp
from .station_v16_answers import Answers
from .versions import Version

BOOT: Final = {
    "chargePointVendor": "Smart Charging",
    "chargePointModel": "Simulated",
    "chargePointSerialNumber": "0001",
    "firmwareVersion": "1.0.0",
}


class V16(Dialect):
    """Says everything of connector 1. It boots whenever it connects, as many stations do."""

    version: ClassVar[Version] = Version.V16

    def __init__(self, outlet: Outlet, clock: Callable[[], datetime], on_command: Callable[[bool], None]) -> None:
        """`on_command`: see `Answers`."""
        super().__init__(outlet, clock)
        self.answers = Answers(outlet, self.promises, clock=clock, on_command=on_command)
        self.keys = self.answers.keys
        self._status_said: str | None = None

    @property
    @override
    def heartbeat_s(self) -> int:
        return self.keys.integer("HeartbeatInterval")

    @override
    def boot(self) -> Payload:
        return dict(BOOT)

    @override
    def booted(self, answer: Payload) -> bool:
        if answer["status"] != "Accepted":
            return False
        if answer.get("interval"):
            self.keys.write("HeartbeatInterval", str(answer["interval"]))
        return True

    @override
    def greeting(self) -> list[Message]:
        self._status_said = None
        return [self._status(0, "Available")]

    @override
    def answer(self, action: str, request: Payload) -> Payload:
        return self.answers.answer(action, request)

    @override
    def _triggered(self, action: str) -> Message:
        match action:
            case "BootNotification":
                return Message(action=action, make=self.boot)
            case "StatusNotification":
                return self._status(1, str(self.outlet.status))
            case "MeterValues":
                return self._meter_values(self._clock(), "MeterValuesSampledData", "Trigger", named=False)
        return Message(action=action, make=dict)

    @override
    def _news(self) -> Message | None:
        status = str(self.outlet.status)
        if status == self._status_said:
            return None
        self._status_said = status
        return self._status(1, status)

    @override
    def _patience(self) -> tuple[int, int]:
        return self.keys.integer("TransactionMessageAttempts"), self.keys.integer("TransactionMessageRetryInterval")

    @override
    def _intervals_s(self) -> tuple[int, int]:
        return self.keys.integer("MeterValueSampleInterval"), self.keys.integer("ClockAlignedDataInterval")

    @override
    def _started(self, transaction: Transaction) -> None:
        payload = {
            "connectorId": 1,
            "idTag": transaction.id_tag,
            "meterStart": transaction.meter_start_wh,
            "timestamp": stamp(transaction.start),
        }

        def take(answer: Payload) -> None:
            # Before the next frame, which may hold a profile for this id.
            transaction.id = int(answer["transactionId"])
            if answer.get("idTagInfo", {}).get("status") != "Accepted" and transaction is self.outlet.transaction:
                self._end("DeAuthorized")

        self._keep(Message(action="StartTransaction", make=lambda: payload, take=take))

    @override
    def _stopped(self, transaction: Transaction, reason: str) -> None:
        payload = {
            "meterStop": round(self.outlet.energy_wh),
            "timestamp": stamp(self._clock()),
            "reason": reason,
            "idTag": transaction.id_tag,
        }
        self._keep(Message(action="StopTransaction", make=lambda: payload | _named(transaction)))

    @override
    def _sampled(self, now: datetime, *, on_the_clock: bool) -> Message:
        if on_the_clock:
            return self._meter_values(now, "MeterValuesAlignedData", "Sample.Clock")
        return self._meter_values(now, "MeterValuesSampledData", "Sample.Periodic")

    def _meter_values(self, now: datetime, key: str, context: str, *, named: bool = True) -> Message:
        """Where `named`, a transaction that has no id yet is called -1; else it is left out."""
        transaction = self._transaction
        payload = {"connectorId": 1, "meterValue": [meter_value(self.outlet, now, self.keys.items(key), context)]}

        def make() -> Payload:
            if transaction is None or (transaction.id is None and not named):
                return payload
            return payload | _named(transaction)

        return Message(action="MeterValues", make=make, sample=True)

    def _status(self, connector: int, status: str) -> Message:
        payload = {
            "connectorId": connector,
            "errorCode": "NoError",
            "status": status,
            "timestamp": stamp(self._clock()),
        }
        return Message(action="StatusNotification", make=lambda: payload)


def _named(transaction: Transaction) -> Payload:
    return {"transactionId": -1 if transaction.id is None else transaction.id}


def meter_value(outlet: Outlet, now: datetime, measurands: list[str], context: str) -> Payload:
    """One `meterValue` with the measurands asked for."""
    samples = [
        {
            "value": f"{reading.value:.1f}" if reading.unit != "Wh" else f"{reading.value:.0f}",
            "context": context,
            "measurand": reading.measurand,
            "unit": reading.unit,
            **({"phase": reading.phase} if reading.phase else {}),
        }
        for reading in read_meter(outlet, measurands)
    ]
    return {"timestamp": stamp(now), "sampledValue": samples}
