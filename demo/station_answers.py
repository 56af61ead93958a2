"""What the simulated station answers to its csms (OCPP 1.6, chapter 5). No socket in sight."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from .electrical import VOLTAGE_V
from .outlet import Outlet
from .profiles import ProfileError
from .station_keys import MEASURANDS, Keys

LONGEST_SCHEDULE_S: Final = 86_400
TRIGGERS: Final = ("BootNotification", "Heartbeat", "MeterValues", "StatusNotification")

type Payload = dict[str, Any]


class UnknownActionError(Exception):
    """The station does not know the action: a CallError, not an answer."""


def stamp(moment: datetime) -> str:
    """As OCPP writes a time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Answers:
    """Answers requests from the outlet's state and changes it; what takes messages of its own is left in `wishes`."""

    def __init__(self, outlet: Outlet, *, clock: Callable[[], datetime], on_command: Callable[[bool], None]) -> None:
        """`on_command` hears of each SetChargingProfile, and whether it lowered the outlet's limit."""
        self.keys = Keys()
        self.triggered: list[str] = []
        self.remote_start: str | None = None
        self.remote_stop = False
        self.reset: str | None = None
        self._outlet, self._clock, self._on_command = outlet, clock, on_command
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
        self.remote_start = request["idTag"]
        return {"status": "Accepted"}

    def _remote_stop(self, request: Payload) -> Payload:
        transaction = self._outlet.transaction
        if transaction is None or transaction.id != request["transactionId"]:
            return {"status": "Rejected"}
        self.remote_stop = True
        return {"status": "Accepted"}

    def _trigger(self, request: Payload) -> Payload:
        if request["requestedMessage"] not in TRIGGERS:
            return {"status": "NotImplemented"}
        self.triggered.append(request["requestedMessage"])
        return {"status": "Accepted"}

    def _availability(self, request: Payload) -> Payload:
        self._outlet.available = request["type"] == "Operative"
        waits = self._outlet.transaction is not None and not self._outlet.available
        return {"status": "Scheduled" if waits else "Accepted"}

    def _reset(self, request: Payload) -> Payload:
        self.reset = "HardReset" if request["type"] == "Hard" else "SoftReset"
        return {"status": "Accepted"}


def meter_value(outlet: Outlet, now: datetime, measurands: list[str], context: str) -> Payload:
    """One `meterValue` with the measurands asked for."""
    readings: Mapping[str, list[tuple[float, str, str | None]]] = {
        "Current.Import": [(amperes, "A", f"L{phase}") for phase, amperes in enumerate(outlet.current_a, start=1)],
        "Current.Offered": [(outlet.offered_a, "A", None)],
        "Energy.Active.Import.Register": [(outlet.energy_wh, "Wh", None)],
        "Power.Active.Import": [(outlet.power_w, "W", None)],
        "Voltage": [(VOLTAGE_V, "V", f"L{phase}-N") for phase in range(1, outlet.phases + 1)],
    }
    samples = [
        {
            "value": f"{value:.1f}" if unit != "Wh" else f"{value:.0f}",
            "context": context,
            "measurand": measurand,
            "unit": unit,
            **({"phase": phase} if phase else {}),
        }
        for measurand in MEASURANDS
        if measurand in measurands
        for value, unit, phase in readings[measurand]
    ]
    return {"timestamp": stamp(now), "sampledValue": samples}
