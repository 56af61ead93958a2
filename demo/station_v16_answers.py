"""What the simulated station answers to its csms (OCPP 1.6, chapter 5). No socket in sight."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from .dialect import Payload, Promises, UnknownActionError
from .electrical import VOLTAGE_V
from .outlet import Outlet
from .profiles import ProfileError
from .readings import stamp
from .station_v16_keys import Keys

LONGEST_SCHEDULE_S: Final = 86_400
TRIGGERS: Final = ("BootNotification", "Heartbeat", "MeterValues", "StatusNotification")


class Answers:
    """Answers requests from the outlet's state and changes it; what takes messages of its own is promised."""

    def __init__(
        self, outlet: Outlet, promises: Promises, *, clock: Callable[[], datetime], on_command: Callable[[bool], None]
    ) -> None:
        """`on_command` hears of each SetChargingProfile, and whether it lowered the outlet's limit."""
        self.keys = Keys()
        self._outlet, self._promises, self._clock, self._on_command = outlet, promises, clock, on_command
        self._handlers: dict[str, Callable[[Payload], Payload]] = {
            "GetConfiguration": lambda request: self.keys.read(request.get("key", [])),
            "ChangeConfiguration": lambda request: {"status": self.keys.write(request["key"], request["value"])},
            "SetChargingProfile": self._set_profile,
            "ClearChargingProfile": self._clear_profile,
            "GetCompositeSchedule": self._composite,
            "RemoteStartTransaction": self._remote_start,
            "RemoteStopTransaction": self._remote_stop,
            "TriggerMessage": self._trigger,
            "ChangeAvailability": self._availability,
            "Reset": self._reset,
            "UnlockConnector": lambda _: {"status": "NotSupported"},
            "ClearCache": lambda _: {"status": "Accepted"},
            "DataTransfer": lambda _: {"status": "UnknownVendorId"},
            "GetLocalListVersion": lambda _: {"listVersion": -1},
            "SendLocalList": lambda _: {"status": "NotSupported"},
            "GetDiagnostics": lambda _: {},
            "ReserveNow": lambda _: {"status": "Rejected"},
            "CancelReservation": lambda _: {"status": "Rejected"},
        }

    def answer(self, action: str, request: Payload) -> Payload:
        """The answer's payload.

        Raises:
            UnknownActionError: the station does not know the action.
            KeyError: a field is missing.

        """
        handler = self._handlers.get(action)
        if handler is None:
            raise UnknownActionError(action)
        return handler(request)

    def _set_profile(self, request: Payload) -> Payload:
        now = self._clock()
        before_a = self._outlet.limit_a(now)
        transaction = self._outlet.transaction
        try:
            self._outlet.profiles.install(
                request["connectorId"],
                request["csChargingProfiles"],
                transaction_id=transaction.id if transaction else None,
                running=transaction is not None,
            )
            status = "Accepted"
        except ProfileError:
            status = "Rejected"
        self._on_command(self._outlet.limit_a(now) < before_a)
        return {"status": status}

    def _clear_profile(self, request: Payload) -> Payload:
        return {"status": "Accepted" if self._outlet.profiles.clear(request) else "Unknown"}

    def _composite(self, request: Payload) -> Payload:
        if request["connectorId"] not in {0, 1} or not 0 < request["duration"] <= LONGEST_SCHEDULE_S:
            return {"status": "Rejected"}
        now, outlet = self._clock(), self._outlet
        unit = request.get("chargingRateUnit", "A")
        start = outlet.transaction.start if outlet.transaction else None
        steps = outlet.profiles.composite(now, request["duration"], transaction_start=start, phases=outlet.car_phases)
        factor = VOLTAGE_V * outlet.car_phases if unit == "W" else 1.0
        periods = [{"startPeriod": start_s, "limit": round(limit_a * factor, 1)} for start_s, limit_a in steps]
        schedule = {"duration": request["duration"], "chargingRateUnit": unit, "chargingSchedulePeriod": periods}
        return {
            "status": "Accepted",
            "connectorId": request["connectorId"],
            "scheduleStart": stamp(now),
            "chargingSchedule": schedule,
        }

    def _remote_start(self, request: Payload) -> Payload:
        if self._outlet.car is None or self._outlet.transaction is not None or not self._outlet.available:
            return {"status": "Rejected"}
        self._promises.remote_start = request["idTag"]
        return {"status": "Accepted"}

    def _remote_stop(self, request: Payload) -> Payload:
        transaction = self._outlet.transaction
        if transaction is None or transaction.id != request["transactionId"]:
            return {"status": "Rejected"}
        self._promises.remote_stop = True
        return {"status": "Accepted"}

    def _trigger(self, request: Payload) -> Payload:
        if request["requestedMessage"] not in TRIGGERS:
            return {"status": "NotImplemented"}
        self._promises.triggered.append(request["requestedMessage"])
        return {"status": "Accepted"}

    def _availability(self, request: Payload) -> Payload:
        self._outlet.available = request["type"] == "Operative"
        waits = self._outlet.transaction is not None and not self._outlet.available
        return {"status": "Scheduled" if waits else "Accepted"}

    def _reset(self, request: Payload) -> Payload:
        self._promises.reset = "HardReset" if request["type"] == "Hard" else "SoftReset"
        return {"status": "Accepted"}
