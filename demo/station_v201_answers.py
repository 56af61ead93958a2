"""What the simulated station answers to its csms in OCPP 2.0.1 and 2.1. No socket in sight."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from .dialect import Payload, Promises, RefusedError, UnknownActionError
from .electrical import VOLTAGE_V
from .outlet import Outlet
from .profiles_v201 import RejectedError, clear, install
from .readings import stamp
from .schemas import fault
from .station_v201_variables import ENABLED, ITEMS_PER_MESSAGE, Variables
from .versions import Version

LONGEST_SCHEDULE_S: Final = 86_400
TRIGGERS: Final = ("BootNotification", "Heartbeat", "MeterValues", "StatusNotification", "TransactionEvent")
IMMEDIATELY: Final = "ImmediateReset"
"""Why a transaction ends that a reset ends."""

_OWN_EVSE: Final = 1
_STATION: Final = 0


class AnswersV201:
    """Answers requests from the outlet's state and changes it; what takes messages of its own is promised."""

    def __init__(
        self,
        outlet: Outlet,
        promises: Promises,
        version: Version,
        *,
        clock: Callable[[], datetime],
        on_command: Callable[[bool], None],
    ) -> None:
        """`on_command` hears of each SetChargingProfile, and whether it lowered the outlet's limit."""
        self.variables = Variables(version)
        self.start_request: Payload | None = None
        """The RequestStartTransaction that is to be followed."""
        self.reports: list[Payload] = []
        """NotifyReports that were promised."""
        self.waits_for_end = False
        """Whether the station restarts once no transaction runs."""
        self.messages_wait: Callable[[], bool] = lambda: False
        """Tells whether there are messages that the csms has not had yet."""
        self._outlet, self._promises, self._version = outlet, promises, version
        self._clock, self._on_command = clock, on_command
        self._handlers: dict[str, Callable[[Payload], Payload]] = {
            "GetVariables": self._get_variables,
            "SetVariables": self._set_variables,
            "GetBaseReport": self._base_report,
            "SetChargingProfile": self._set_profile,
            "ClearChargingProfile": self._clear_profile,
            "GetCompositeSchedule": self._composite,
            "RequestStartTransaction": self._start,
            "RequestStopTransaction": self._stop,
            "GetTransactionStatus": self._transaction_status,
            "TriggerMessage": self._trigger,
            "ChangeAvailability": self._availability,
            "Reset": self._reset,
            "UnlockConnector": self._unlock,
            "ClearCache": lambda _: {"status": "Rejected"},
            "DataTransfer": lambda _: {"status": "UnknownVendorId"},
            "GetLocalListVersion": lambda _: {"versionNumber": 0},
            "SendLocalList": lambda _: {"status": "Failed"},
            "GetLog": lambda _: {"status": "Rejected"},
            "ReserveNow": lambda _: {"status": "Rejected"},
            "CancelReservation": lambda _: {"status": "Rejected"},
        }

    def answer(self, action: str, request: Payload) -> Payload:
        """The answer's payload.

        Raises:
            RefusedError: the station does not know the action, or the request breaks its schema or its rules.

        """
        handler = self._handlers.get(action)
        if handler is None:
            raise UnknownActionError(action)
        wrong = fault(self._version, action, request)
        if wrong is not None:
            raise RefusedError("FormatViolation", wrong)
        return handler(request)

    def _get_variables(self, request: Payload) -> Payload:
        _refuse_too_many(request["getVariableData"])
        return {"getVariableResult": [self.variables.read(entry) for entry in request["getVariableData"]]}

    def _set_variables(self, request: Payload) -> Payload:
        _refuse_too_many(request["setVariableData"])
        return {"setVariableResult": [self.variables.write(entry) for entry in request["setVariableData"]]}

    def _base_report(self, request: Payload) -> Payload:
        if request["reportBase"] == "SummaryInventory":
            return {"status": "NotSupported"}
        parts = list(self.variables.report(writable=request["reportBase"] == "ConfigurationInventory"))
        self.reports += [
            {
                "requestId": request["requestId"],
                "generatedAt": stamp(self._clock()),
                "seqNo": number,
                "tbc": number < len(parts) - 1,
                "reportData": part,
            }
            for number, part in enumerate(parts)
        ]
        return {"status": "Accepted"}

    def _set_profile(self, request: Payload) -> Payload:
        if not self.variables.truth(ENABLED):
            raise RefusedError("NotSupported", "smart charging is switched off")
        now, outlet = self._clock(), self._outlet
        before_a = outlet.limit_a(now)
        answer: Payload = {"status": "Accepted"}
        try:
            install(outlet.profiles, request["evseId"], request["chargingProfile"], outlet.transaction)
        except RejectedError as rejection:
            answer = _rejected(rejection.code, str(rejection))
        self._on_command(outlet.limit_a(now) < before_a)
        return answer

    def _clear_profile(self, request: Payload) -> Payload:
        return {"status": "Accepted" if clear(self._outlet.profiles, request) else "Unknown"}

    def _composite(self, request: Payload) -> Payload:
        evse, duration_s = request["evseId"], request["duration"]
        if evse not in {_STATION, _OWN_EVSE}:
            return _rejected("UnknownEvse", "there is one EVSE")
        if not 0 < duration_s <= LONGEST_SCHEDULE_S:
            return _rejected("InvalidValue", f"1 to {LONGEST_SCHEDULE_S} s can be told")
        now, outlet = self._clock(), self._outlet
        unit = request.get("chargingRateUnit", "A")
        start = outlet.transaction.start if outlet.transaction else None
        steps = outlet.profiles.composite(now, duration_s, transaction_start=start, phases=outlet.car_phases)
        factor = VOLTAGE_V * outlet.car_phases if unit == "W" else 1.0
        schedule = {
            "evseId": evse,
            "duration": duration_s,
            "scheduleStart": stamp(now),
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": [
                {"startPeriod": start_s, "limit": round(limit_a * factor, 1)} for start_s, limit_a in steps
            ],
        }
        return {"status": "Accepted", "schedule": schedule}

    def _start(self, request: Payload) -> Payload:
        outlet = self._outlet
        if request.get("evseId", _OWN_EVSE) != _OWN_EVSE:
            return _rejected("UnknownEvse", "there is one EVSE")
        if outlet.transaction is not None:
            return _rejected("TxInProgress", "a transaction runs that everybody may have")
        if outlet.car is None or not outlet.available:
            return _rejected("NotEnabled", "there is no car, or the EVSE is out of service")
        self.start_request = request
        self._promises.remote_start = request["idToken"]["idToken"]
        return {"status": "Accepted"}

    def _stop(self, request: Payload) -> Payload:
        transaction = self._outlet.transaction
        if transaction is None or transaction.id != request["transactionId"]:
            return _rejected("TxNotFound", "no such transaction runs")
        self._promises.remote_stop = True
        return {"status": "Accepted"}

    def _transaction_status(self, request: Payload) -> Payload:
        number, running = request.get("transactionId"), self._outlet.transaction
        told = {} if number is None else {"ongoingIndicator": running is not None and running.id == number}
        return {**told, "messagesInQueue": self.messages_wait()}

    def _trigger(self, request: Payload) -> Payload:
        message = request["requestedMessage"]
        if message not in TRIGGERS:
            return {"status": "NotImplemented"}
        evse = request.get("evse", {})
        needs_connector = message == "StatusNotification" and "connectorId" not in evse
        idle = message == "TransactionEvent" and self._outlet.transaction is None
        if evse.get("id", _OWN_EVSE) != _OWN_EVSE or needs_connector or idle:
            return {"status": "Rejected"}
        self._promises.triggered.append(message)
        return {"status": "Accepted"}

    def _availability(self, request: Payload) -> Payload:
        if request.get("evse", {}).get("id", _OWN_EVSE) not in {_STATION, _OWN_EVSE}:
            return _rejected("UnknownEvse", "there is one EVSE")
        outlet = self._outlet
        outlet.available = request["operationalStatus"] == "Operative"
        waits = outlet.transaction is not None and not outlet.available
        return {"status": "Scheduled" if waits else "Accepted"}

    def _reset(self, request: Payload) -> Payload:
        if request.get("evseId", _STATION) != _STATION:
            return _rejected("UnsupportedRequest", "the station restarts as a whole")
        if request["type"] == "OnIdle" and self._outlet.transaction is not None:
            self.waits_for_end = True
            return {"status": "Scheduled"}
        self._promises.reset = IMMEDIATELY
        return {"status": "Accepted"}

    def _unlock(self, request: Payload) -> Payload:
        if (request["evseId"], request["connectorId"]) != (_OWN_EVSE, 1):
            return {"status": "UnknownConnector"}
        running = self._outlet.transaction is not None
        return {"status": "OngoingAuthorizedTransaction" if running else "Unlocked"}


def _refuse_too_many(entries: list[Payload]) -> None:
    if len(entries) > ITEMS_PER_MESSAGE:
        raise RefusedError("OccurrenceConstraintViolation", f"{ITEMS_PER_MESSAGE} at once")


def _rejected(code: str, text: str) -> Payload:
    return {"status": "Rejected", "statusInfo": {"reasonCode": code, "additionalInfo": text[:512]}}
