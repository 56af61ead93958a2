"""A station's whole life, as hypothesis makes it up: offline, late, repeated, out of order, restarted on either side."""

from typing import Final, override

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from custom_components.smart_charging.csms.authorization import anybody
from custom_components.smart_charging.csms.requests import Requests
from custom_components.smart_charging.csms.v16.requests import V16Requests
from custom_components.smart_charging.csms.v201.reports import Reports
from custom_components.smart_charging.csms.v201.requests import V201Requests
from custom_components.smart_charging.csms.versions import Version

from .station_life import Json, Life, Message, Outlet, Truth


class V16Life(Life):
    """In OCPP 1.6 messages come in order; one that was not answered comes again."""

    @override
    def connection(self) -> Requests:
        return V16Requests(self.memory, anybody, lambda: None)

    @override
    def boots(self) -> tuple[str, dict[str, Json]]:
        return "BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "One"}

    @override
    def status(self, outlet: Outlet) -> tuple[str, dict[str, Json]]:
        ended = "Finishing" if outlet.truths else "Preparing"
        word = "Charging" if outlet.current else ended if outlet.plugged else "Available"
        status = {"connectorId": outlet.number, "errorCode": "NoError", "status": word, "timestamp": self.timestamp}
        return "StatusNotification", status

    @override
    def started(self, outlet: Outlet, truth: Truth) -> Message:
        payload = {
            "connectorId": outlet.number,
            "idTag": truth.tag,
            "meterStart": outlet.register_wh,
            "timestamp": self.timestamp,
        }
        return Message("StartTransaction", payload, truth)

    @override
    def metered(self, outlet: Outlet, truth: Truth) -> Message:
        value = {"timestamp": self.timestamp, "sampledValue": [{"value": str(outlet.register_wh)}]}
        return Message("MeterValues", {"connectorId": outlet.number, "meterValue": [value]}, truth)

    @override
    def ended(self, outlet: Outlet, truth: Truth) -> Message:
        payload = {"meterStop": outlet.register_wh, "timestamp": self.timestamp, "reason": "Local"}
        return Message("StopTransaction", payload, truth)

    def send(self, message: Message) -> dict[str, Json]:
        name = {} if message.action == "StartTransaction" else {"transactionId": int(message.truth.name or 0)}
        return self.handle(message.action, message.payload | name)

    @precondition(lambda self: self.online and self.outbox)
    @rule()
    def deliver(self) -> None:
        self.deliver_next()

    @override
    def deliver_next(self) -> None:
        message = self.outbox.pop(0)
        answer = self.send(message)
        if message.action == "StartTransaction":
            message.truth.name = str(answer["transactionId"])

    @precondition(lambda self: self.online and self.outbox)
    @rule()
    def deliver_and_miss_the_answer(self) -> None:
        self.send(self.outbox[0])


class V201Life(Life):
    """In OCPP 2.0.1 events may come in any order, and any number of times."""

    @override
    def connection(self) -> Requests:
        return V201Requests(self.memory, anybody, lambda: None, Reports(), Version.V201)

    @override
    def boots(self) -> tuple[str, dict[str, Json]]:
        return "BootNotification", {"reason": "PowerUp", "chargingStation": {"vendorName": "Acme", "model": "Two"}}

    @override
    def status(self, outlet: Outlet) -> tuple[str, dict[str, Json]]:
        word = "Occupied" if outlet.plugged else "Available"
        status = {"evseId": outlet.number, "connectorId": 1, "connectorStatus": word, "timestamp": self.timestamp}
        return "StatusNotification", status

    def event(self, outlet: Outlet, truth: Truth, kind: str, **more: Json) -> Message:
        state = "EVConnected" if kind == "Ended" else "Charging"
        payload = {
            "eventType": kind,
            "timestamp": self.timestamp,
            "triggerReason": "MeterValuePeriodic",
            "seqNo": truth.sequence,
            "transactionInfo": {"transactionId": truth.name, "chargingState": state},
            "meterValue": [{"timestamp": self.timestamp, "sampledValue": [{"value": outlet.register_wh}]}],
            "offline": not self.online,
        }
        truth.sequence += 1
        if self.names_evse or kind == "Started":
            payload["evse"] = {"id": outlet.number, "connectorId": 1}
        return Message("TransactionEvent", payload | more, truth)

    @override
    def started(self, outlet: Outlet, truth: Truth) -> Message:
        truth.name = f"T{outlet.number}-{len(outlet.truths)}"
        token = {"idToken": truth.tag, "type": "ISO14443"}
        return self.event(outlet, truth, "Started", idToken=token)

    @override
    def metered(self, outlet: Outlet, truth: Truth) -> Message:
        return self.event(outlet, truth, "Updated")

    @override
    def ended(self, outlet: Outlet, truth: Truth) -> Message:
        return self.event(outlet, truth, "Ended")

    def __init__(self) -> None:
        super().__init__()
        self.delivered: list[Message] = []

    @override
    def forget(self) -> None:
        super().forget()
        self.delivered.clear()

    @precondition(lambda self: self.online and self.outbox)
    @rule(place=st.integers(0, 100))
    def deliver(self, place: int) -> None:
        self.deliver_one(place % len(self.outbox))

    def deliver_one(self, index: int) -> None:
        message = self.outbox.pop(index)
        self.handle(message.action, message.payload)
        self.delivered.append(message)

    @override
    def deliver_next(self) -> None:
        self.deliver_one(-1)

    @override
    def check_what_runs(self) -> None:
        # Of an event that came before the first one and names no EVSE nobody knows which it is of. The end makes up for it.
        if self.names_evse:
            super().check_what_runs()

    @precondition(lambda self: self.online and self.delivered)
    @rule(place=st.integers(0, 100))
    def deliver_again(self, place: int) -> None:
        message = self.delivered[place % len(self.delivered)]
        self.handle(message.action, message.payload)


FOR_EVER: Final = settings(max_examples=150, stateful_step_count=40, deadline=None, derandomize=True)

TestV16Life = V16Life.TestCase
TestV16Life.settings = FOR_EVER
TestV201Life = V201Life.TestCase
TestV201Life.settings = FOR_EVER
