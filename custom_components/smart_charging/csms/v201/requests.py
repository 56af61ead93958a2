"""What a station asks of us in OCPP 2.0.1 and 2.1, and our answers."""

from collections.abc import Callable
from typing import Final

from ocpp.exceptions import FormationViolationError, PropertyConstraintViolationError  # type: ignore[import-untyped]

from ..authorization import Authorise
from ..fields import Fields
from ..frames import Payload
from ..measurands import parse_meter_value
from ..memory import StationMemory
from ..records import ChargingNeeds, StationInfo
from ..requests import Handler, Requests, acknowledge, not_supported
from ..versions import Version
from .id_tokens import id_token_info, read_id_token
from .plugs import PLUG_STATES, Plugs
from .reports import Reports
from .transaction_events import TransactionEvents

# What the station only tells, and whoever asked for it takes from the answer or the log.
_NEWS: Final = {
    "NotifyChargingLimit": "chargingLimit",
    "ClearedChargingLimit": "chargingLimitSource",
    "NotifyEVChargingSchedule": "timeBase",
    "NotifyPriorityCharging": "transactionId",
    "PublishFirmwareStatusNotification": "status",
    "ReservationStatusUpdate": "reservationUpdateStatus",
}
_ACKNOWLEDGED: Final = (
    "ReportChargingProfiles",
    "NotifyCustomerInformation",
    "NotifyDisplayMessages",
    "NotifyMonitoringReport",
    "ClosePeriodicEventStream",
)
# Known, and of no use here: certificates of cars and payment belong to operators, energy fed back comes later.
_NOT_SUPPORTED: Final = (
    "Get15118EVCertificate",
    "GetCertificateStatus",
    "GetCertificateChainStatus",
    "BatterySwap",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "ReportDERControl",
    "NotifySettlement",
    "NotifyWebPaymentStarted",
    "VatNumberValidation",
)


class V201Requests(Requests):
    """Answers the calls of a station that speaks OCPP 2.0.1 or 2.1."""

    def __init__(
        self,
        memory: StationMemory,
        authorise: Authorise,
        on_boot: Callable[[], None],
        reports: Reports,
        version: Version,
    ) -> None:
        super().__init__(memory, authorise, on_boot)
        self._reports = reports
        self._plugs = Plugs(memory)
        transactions = TransactionEvents(memory, self._plugs, self._judge)
        self._handlers |= {
            "BootNotification": self._boot_notification,
            "StatusNotification": self._status_notification,
            "Authorize": self._authorize,
            "TransactionEvent": transactions.handle,
            "MeterValues": self._meter_values,
            "NotifyEvent": self._notify_event,
            "NotifyReport": self._notify_report,
            "NotifyEVChargingNeeds": self._notify_charging_needs,
            **{action: self.notification(action, field) for action, field in _NEWS.items()},
            **dict.fromkeys(_ACKNOWLEDGED, acknowledge),
            **dict.fromkeys(_NOT_SUPPORTED, not_supported),
        }
        self._handlers["NotifyEVChargingSchedule"] = self._answering("NotifyEVChargingSchedule", "Accepted")
        if version is Version.V21:
            # Nothing here is put as a dynamic profile or read from a stream, so there is nothing to give.
            self._handlers["PullDynamicScheduleUpdate"] = self._answering("PullDynamicScheduleUpdate", "Rejected")
            self._handlers["OpenPeriodicEventStream"] = self._answering("OpenPeriodicEventStream", "Rejected")

    def _answering(self, action: str, status: str) -> Handler:
        def handler(_fields: Fields) -> Payload:
            self._memory.notified(action, status)
            return {"status": status}

        return handler

    def _boot_notification(self, fields: Fields) -> Payload:
        station = fields.section("chargingStation")
        info = StationInfo(
            vendor=station.text("vendorName"),
            model=station.text("model"),
            serial=station.text("serialNumber"),
            firmware=station.text("firmwareVersion"),
        )
        return self._booted(info)

    def _status_notification(self, fields: Fields) -> Payload:
        evse = fields.connector_id("evseId")
        word = fields.text("connectorStatus")
        if not word:
            raise FormationViolationError("connectorStatus is missing")
        state = PLUG_STATES.get(word.lower())
        if state is None:
            raise PropertyConstraintViolationError("there is no such connectorStatus")
        self._plugs.reported(evse, _connector(fields), state, fields.moment())
        return {}

    def _authorize(self, fields: Fields) -> Payload:
        answer: Payload = {"idTokenInfo": id_token_info(self._judge(read_id_token(fields.section("idToken"))))}
        if fields.text("certificate") or fields.sections("iso15118CertificateHashData"):
            # A car's contract can only be checked by who issued it; it is not said to be good unseen.
            answer["certificateStatus"] = "NoCertificateAvailable"
        return answer

    def _meter_values(self, fields: Fields) -> Payload:
        evse = fields.connector_id("evseId")
        measurement = parse_meter_value(fields.listed("meterValue"), self._memory.now())
        if measurement is not None:
            self._memory.measured(evse, None, measurement)
        return {}

    def _notify_event(self, fields: Fields) -> Payload:
        for event in fields.sections("eventData"):
            component, variable = event.section("component"), event.section("variable")
            state = PLUG_STATES.get(event.text("actualValue").lower())
            evse = component.section("evse")
            number = evse.optional_integer("id")
            if variable.text("name") == "AvailabilityState" and state is not None and number is not None and number > 0:
                # How OCPP 2.1 stations tell what StatusNotification tells in 2.0.1 (G01).
                self._plugs.reported(evse.connector_id("id"), _connector(evse), state, event.moment())
                continue
            text = f"{component.text('name')}.{variable.text('name')} = {event.text('actualValue', longest=80)}"
            self._memory.notified("NotifyEvent", text)
        return {}

    def _notify_report(self, fields: Fields) -> Payload:
        self._reports.take(fields)
        return {}

    def _notify_charging_needs(self, fields: Fields) -> Payload:
        evse = fields.connector_id("evseId", lowest=1)
        needs = fields.section("chargingNeeds")
        ac, dc = needs.section("acChargingParameters"), needs.section("dcChargingParameters")
        energy_wh = ac.number("energyAmount") if ac.number("energyAmount") is not None else dc.number("energyAmount")
        self._memory.needs(
            evse,
            ChargingNeeds(
                at=self._memory.now(),
                energy_wh=energy_wh,
                departure_at=needs.moment("departureTime"),
                minimum_a=ac.number("evMinCurrent"),
                maximum_a=ac.number("evMaxCurrent"),
                soc_percent=dc.number("stateOfCharge"),
                capacity_wh=dc.number("evEnergyCapacity"),
            ),
        )
        # The limit that follows is the schedule (K15.FR.04); a car that waits for none goes on by the default.
        return {"status": "Accepted"}


def _connector(fields: Fields) -> int:
    """The connector of an EVSE; the first where none is named. Raises an `OCPPError`."""
    return 1 if fields.optional_integer("connectorId") is None else fields.connector_id()
