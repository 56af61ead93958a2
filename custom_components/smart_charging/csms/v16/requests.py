"""What a station asks of us in OCPP 1.6, and our answers."""

from collections.abc import Callable
from typing import Final

from ocpp.exceptions import FormationViolationError, PropertyConstraintViolationError  # type: ignore[import-untyped]

from ..authorization import Authorise, Authorization, IdToken
from ..fields import Fields
from ..frames import Payload
from ..measurands import parse_meter_value, parse_registers
from ..memory import StationMemory
from ..records import ConnectorStatus, StationInfo, Status
from ..register import Reading
from ..requests import Requests
from ..timestamps import format_timestamp
from ..transactions import StartRequest, StopRequest

_STATUSES: Final = {status.lower(): status for status in Status}


class V16Requests(Requests):
    """Answers the calls of a station that speaks OCPP 1.6."""

    def __init__(self, memory: StationMemory, authorise: Authorise, on_boot: Callable[[], None]) -> None:
        super().__init__(memory, authorise, on_boot)
        self._handlers |= {
            "BootNotification": self._boot_notification,
            "StatusNotification": self._status_notification,
            "Authorize": self._authorize,
            "StartTransaction": self._start_transaction,
            "StopTransaction": self._stop_transaction,
            "MeterValues": self._meter_values,
            "DiagnosticsStatusNotification": self.notification("DiagnosticsStatusNotification", "status"),
            "SignedFirmwareStatusNotification": self.notification("SignedFirmwareStatusNotification", "status"),
        }

    def _boot_notification(self, fields: Fields) -> Payload:
        serial = fields.text("chargePointSerialNumber") or fields.text("chargeBoxSerialNumber")
        info = StationInfo(
            vendor=fields.text("chargePointVendor"),
            model=fields.text("chargePointModel"),
            serial=serial,
            firmware=fields.text("firmwareVersion"),
        )
        return self._booted(info)

    def _status_notification(self, fields: Fields) -> Payload:
        connector_id = fields.connector_id()
        word = fields.text("status")
        if not word:
            raise FormationViolationError("status is missing")
        status = _STATUSES.get(word.lower())
        if status is None:
            raise PropertyConstraintViolationError("there is no such status")
        self._memory.status_changed(
            connector_id,
            ConnectorStatus(
                status=status,
                error_code=fields.text("errorCode") or "NoError",
                info=fields.text("info") or fields.text("vendorErrorCode"),
                at=self._memory.now(),
                station_at=fields.moment(),
            ),
        )
        return {}

    def _authorize(self, fields: Fields) -> Payload:
        return {"idTagInfo": _id_tag_info(self._judge(IdToken(text=fields.text("idTag"))))}

    def _start_transaction(self, fields: Fields) -> Payload:
        request = StartRequest(
            connector_id=fields.connector_id(lowest=1),
            id_token=IdToken(text=fields.text("idTag")),
            meter_start_wh=fields.number("meterStart"),
            station_at=fields.moment(),
        )
        verdict = self._judge(request.id_token)
        # The station says that it has started; if the tag is not welcome it will stop, and needs an id to say so.
        transaction = self._memory.start_transaction(request)
        return {"transactionId": int(transaction.transaction_id), "idTagInfo": _id_tag_info(verdict)}

    def _stop_transaction(self, fields: Fields) -> Payload:
        at = self._memory.now()
        # `transactionData` may hold the register at the start, which is all there is of a start that was never heard.
        readings = [*parse_registers(fields.value("transactionData"), at)]
        meter_stop_wh = fields.number("meterStop")
        if meter_stop_wh is not None:
            readings.append(Reading(register_wh=meter_stop_wh, at=at, station_at=fields.moment()))
        request = StopRequest(
            transaction_id=str(fields.integer("transactionId")),
            readings=tuple(readings),
            # Local is what a missing reason means (OCPP 1.6, 6.49).
            reason=fields.text("reason") or "Local",
            connector_id=self._memory.only_connector,
        )
        self._memory.stop_transaction(request)
        return {}

    def _meter_values(self, fields: Fields) -> Payload:
        connector_id = fields.connector_id()
        transaction_id = fields.optional_integer("transactionId")
        measurement = parse_meter_value(fields.listed("meterValue"), self._memory.now())
        if measurement is not None:
            self._memory.measured(connector_id, None if transaction_id is None else str(transaction_id), measurement)
        return {}


def _id_tag_info(verdict: Authorization) -> Payload:
    answer: Payload = {"status": verdict.status.value}
    if verdict.expires_at is not None:
        answer["expiryDate"] = format_timestamp(verdict.expires_at)
    if verdict.group is not None:
        answer["parentIdTag"] = verdict.group
    return answer
