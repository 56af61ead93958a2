"""Writes TransactionEvents (OCPP 2.0.1, E01 to E16): what happens to a transaction, numbered, in the order it happened."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from .dialect import Payload
from .outlet import Outlet, Status, Transaction
from .readings import read_meter, stamp
from .station_v201_variables import AT_END, AT_START, Name, Variables

EVSE: Final = {"id": 1, "connectorId": 1}

_STATES: Final = {
    Status.CHARGING: "Charging",
    Status.SUSPENDED_EV: "SuspendedEV",
    Status.SUSPENDED_EVSE: "SuspendedEVSE",
}


class TransactionEvents:
    """The events of one transaction after the other. What happens while the csms is away is marked so."""

    def __init__(
        self, outlet: Outlet, variables: Variables, *, clock: Callable[[], datetime], online: Callable[[], bool]
    ) -> None:
        """`online` tells whether the csms can be spoken to."""
        self._outlet, self._variables = outlet, variables
        self._clock, self._online = clock, online
        self._number = 0
        self._state_told: str | None = None

    @property
    def state_is_news(self) -> bool:
        """Whether the transaction does something else than the last event said."""
        return self._state != self._state_told

    def started(
        self, transaction: Transaction, trigger: str, id_token: Payload, remote_start_id: int | None = None
    ) -> Payload:
        """The first event of a transaction."""
        self._number = 0
        event = self._event("Started", transaction, trigger)
        event["timestamp"] = stamp(transaction.start)
        if remote_start_id is not None:
            event["transactionInfo"]["remoteStartId"] = remote_start_id
        return event | {"evse": dict(EVSE), "idToken": id_token} | self._measured(AT_START, "Transaction.Begin")

    def updated(
        self, transaction: Transaction, trigger: str, measurands: Name | None = None, context: str = ""
    ) -> Payload:
        """Something happened; with `measurands`, the variable that lists them, what the meter shows in that context."""
        event = self._event("Updated", transaction, trigger)
        return event if measurands is None else event | self._measured(measurands, context)

    def ended(self, transaction: Transaction, trigger: str, reason: str) -> Payload:
        """The last event."""
        event = self._event("Ended", transaction, trigger)
        event["transactionInfo"] |= {
            "chargingState": "Idle" if self._outlet.car is None else "EVConnected",
            "stoppedReason": reason,
        }
        return event | self._measured(AT_END, "Transaction.End")

    @property
    def _state(self) -> str:
        return _STATES.get(self._outlet.status, "EVConnected")

    def _event(self, kind: str, transaction: Transaction, trigger: str) -> Payload:
        number, self._number = self._number, self._number + 1
        self._state_told = self._state
        offline = {} if self._online() else {"offline": True}
        return {
            "eventType": kind,
            "timestamp": stamp(self._clock()),
            "triggerReason": trigger,
            "seqNo": number,
            "transactionInfo": {"transactionId": transaction.id, "chargingState": self._state},
            **offline,
        }

    def _measured(self, name: Name, context: str) -> Payload:
        values = meter_values(self._outlet, self._clock(), self._variables.items(name), context)
        return {"meterValue": values} if values else {}


def meter_values(outlet: Outlet, now: datetime, measurands: list[str], context: str) -> list[Payload]:
    """A `meterValue` list with the measurands asked for; empty where that is none."""
    sampled = [
        {
            "value": round(reading.value, 1),
            "context": context,
            "measurand": reading.measurand,
            "unitOfMeasure": {"unit": reading.unit},
            **({"phase": reading.phase} if reading.phase else {}),
        }
        for reading in read_meter(outlet, measurands)
    ]
    return [{"timestamp": stamp(now), "sampledValue": sampled}] if sampled else []
