"""The simulated station's words in OCPP 2.0.1 and 2.1."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import ClassVar, Final, override

from .dialect import Dialect, Message, Payload, RefusedError
from .outlet import Outlet, Transaction
from .profiles_v201 import RejectedError, install
from .readings import stamp
from .schemas import fault
from .station_v201_answers import IMMEDIATELY, AnswersV201
from .station_v201_events import EVSE, TransactionEvents, meter_values
from .station_v201_variables import (
    ALIGNED,
    ALIGNED_INTERVAL,
    ATTEMPT_INTERVAL,
    ATTEMPTS,
    AVAILABILITY,
    HEARTBEAT,
    OFFLINE_THRESHOLD,
    SAMPLE_INTERVAL,
    SAMPLED,
    STOPS_ON_INVALID_ID,
)
from .versions import Version

STATION: Final = {
    "vendorName": "Smart Charging",
    "model": "Simulated",
    "serialNumber": "0001",
    "firmwareVersion": "2.0.0",
}
NOBODY: Final = {"idToken": "", "type": "NoAuthorization"}
"""The id token of a transaction that anybody may have (C02)."""

_TRIGGERS: Final = {
    "EVDisconnected": "EVCommunicationLost",
    "Remote": "RemoteStop",
    "DeAuthorized": "Deauthorized",
    IMMEDIATELY: "ResetCommand",
    "PowerLoss": "AbnormalCondition",
}
"""Which trigger goes with which reason for an end."""


class V201(Dialect):
    """Says everything of EVSE 1 and its connector 1. It boots when it has restarted, not when it connects again."""

    version: ClassVar[Version] = Version.V201

    def __init__(self, outlet: Outlet, clock: Callable[[], datetime], on_command: Callable[[bool], None]) -> None:
        """`on_command`: see `AnswersV201`."""
        super().__init__(outlet, clock)
        self.answers = AnswersV201(outlet, self.promises, self.version, clock=clock, on_command=on_command)
        self.answers.messages_wait = lambda: bool(self._queue)
        self.variables = self.answers.variables
        self._events = TransactionEvents(outlet, self.variables, clock=clock, online=lambda: self.online)
        self._accepted = False
        self._boot_reason = "PowerUp"
        self._lost_at: datetime | None = None
        self._plug_said: str | None = None

    @property
    @override
    def heartbeat_s(self) -> int:
        return self.variables.integer(HEARTBEAT)

    @override
    def boot(self) -> Payload | None:
        return None if self._accepted else {"reason": self._boot_reason, "chargingStation": dict(STATION)}

    @override
    def booted(self, answer: Payload) -> bool:
        self._accepted = answer["status"] == "Accepted"
        if self._accepted:
            self._plug_said = None
            if answer["interval"]:
                self.variables.put(HEARTBEAT, str(answer["interval"]))
        return self._accepted

    @override
    def greeting(self) -> list[Message]:
        """After a long silence all statuses are told, after a short one those that changed meanwhile (B04)."""
        threshold_s = self.variables.integer(OFFLINE_THRESHOLD)
        if self._lost_at is not None and (self._clock() - self._lost_at).total_seconds() > threshold_s:
            self._plug_said = None
        return []

    @override
    def answer(self, action: str, request: Payload) -> Payload:
        return self.answers.answer(action, request)

    @override
    def check(self, action: str, answer: Payload) -> None:
        wrong = fault(self.version, action, answer, answer=True)
        if wrong is not None:
            raise RefusedError("FormatViolation", wrong)

    @override
    def lost(self) -> None:
        super().lost()
        self._lost_at = self._clock()

    @property
    def plug_state(self) -> str:
        """The connector's state, which knows no more than whether it is taken."""
        outlet = self.outlet
        if outlet.transaction is None and not outlet.available:
            return "Unavailable"
        return "Available" if outlet.car is None else "Occupied"

    @override
    def _notice(self, now: datetime) -> None:
        super()._notice(now)
        if self._transaction is not None and self._events.state_is_news:
            self._keep(_said(self._events.updated(self._transaction, "ChargingStateChanged")))

    @override
    def _obey(self, now: datetime) -> bool:
        if self.answers.waits_for_end and self.outlet.transaction is None:
            self.answers.waits_for_end = False
            self.promises.reset = IMMEDIATELY
        if self.promises.reset is not None:
            self._accepted = False
            self._boot_reason = "RemoteReset" if self.promises.reset == IMMEDIATELY else "PowerUp"
        return super()._obey(now)

    @override
    def _triggered(self, action: str) -> Message | None:
        match action:
            case "BootNotification":
                triggered = {"reason": "Triggered", "chargingStation": dict(STATION)}
                return Message(action=action, make=lambda: triggered)
            case "StatusNotification":
                return self._status_notification(self.plug_state)
            case "TransactionEvent":
                if self._transaction is not None:
                    # In its turn: events go out in their order.
                    self._keep(_said(self._events.updated(self._transaction, "Trigger", SAMPLED, "Trigger")))
                return None
            case "MeterValues":
                return self._meter_values("Trigger")
        return Message(action="Heartbeat", make=dict)

    @override
    def _news(self) -> Message | None:
        if self.answers.reports:
            report = self.answers.reports.pop(0)
            return Message(action="NotifyReport", make=lambda: report)
        state = self.plug_state
        if state == self._plug_said:
            return None
        self._plug_said = state
        self.variables.put(AVAILABILITY, state)
        return self._plug_changed(state)

    @override
    def _patience(self) -> tuple[int, int]:
        return self.variables.integer(ATTEMPTS), self.variables.integer(ATTEMPT_INTERVAL)

    @override
    def _intervals_s(self) -> tuple[int, int]:
        return self.variables.integer(SAMPLE_INTERVAL), self.variables.integer(ALIGNED_INTERVAL)

    @override
    def _started(self, transaction: Transaction) -> None:
        request, self.answers.start_request = self.answers.start_request, None
        transaction.id = str(uuid.uuid4())
        if request is None:
            event = self._events.started(transaction, "CablePluggedIn", dict(NOBODY))
        else:
            event = self._events.started(transaction, "RemoteStart", request["idToken"], request["remoteStartId"])
            if "chargingProfile" in request:
                self._install(request["chargingProfile"], transaction)

        def take(answer: Payload) -> None:
            status = answer.get("idTokenInfo", {}).get("status", "Accepted")
            stops = self.variables.truth(STOPS_ON_INVALID_ID)
            if status != "Accepted" and stops and transaction is self.outlet.transaction:
                self._end("DeAuthorized")

        self._keep(_said(event, take=take))

    def _install(self, profile: Payload, transaction: Transaction) -> None:
        """It came with the request for the transaction, without its name; there is no answer left to reject it in."""
        with suppress(RejectedError):
            install(self.outlet.profiles, EVSE["id"], profile | {"transactionId": transaction.id}, transaction)

    @override
    def _stopped(self, transaction: Transaction, reason: str) -> None:
        self._keep(_said(self._events.ended(transaction, _TRIGGERS[reason], reason)))

    @override
    def _sampled(self, now: datetime, *, on_the_clock: bool) -> Message | None:
        if self._transaction is None:
            return self._meter_values("Sample.Clock")
        if on_the_clock:
            event = self._events.updated(self._transaction, "MeterValueClock", ALIGNED, "Sample.Clock")
        else:
            event = self._events.updated(self._transaction, "MeterValuePeriodic", SAMPLED, "Sample.Periodic")
        return _said(event, sample=True)

    def _meter_values(self, context: str) -> Message | None:
        """Outside of transactions; None where nothing is to be measured."""
        name = ALIGNED if context == "Sample.Clock" else SAMPLED
        values = meter_values(self.outlet, self._clock(), self.variables.items(name), context)
        payload = {"evseId": EVSE["id"], "meterValue": values}
        return Message(action="MeterValues", make=lambda: payload, sample=True) if values else None

    def _plug_changed(self, state: str) -> Message:
        """How a change of the connector is told."""
        return self._status_notification(state)

    def _status_notification(self, state: str) -> Message:
        payload = {
            "timestamp": stamp(self._clock()),
            "connectorStatus": state,
            "evseId": EVSE["id"],
            "connectorId": EVSE["connectorId"],
        }
        return Message(action="StatusNotification", make=lambda: payload)


class V21(V201):
    """As in 2.0.1; but a connector's state is told as an event of the device model."""

    version: ClassVar[Version] = Version.V21
    _told = 0

    @override
    def _plug_changed(self, state: str) -> Message:
        self._told += 1
        now = stamp(self._clock())
        event = {
            "eventId": self._told,
            "timestamp": now,
            "trigger": "Delta",
            "actualValue": state,
            "eventNotificationType": "HardWiredNotification",
            **AVAILABILITY.payload,
        }
        payload = {"generatedAt": now, "seqNo": 0, "tbc": False, "eventData": [event]}
        return Message(action="NotifyEvent", make=lambda: payload)


def _said(event: Payload, *, take: Callable[[Payload], None] = lambda _: None, sample: bool = False) -> Message:
    return Message(action="TransactionEvent", make=lambda: event, take=take, sample=sample)
