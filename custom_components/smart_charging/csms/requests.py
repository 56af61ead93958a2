"""What a station asks of us, as far as all versions of OCPP agree on it; each version adds its own."""

from collections.abc import Callable
from typing import Final

from ocpp import exceptions as ocpp_errors  # type: ignore[import-untyped]

from .authorization import Authorise, Authorization, IdToken
from .fields import Fields
from .frames import Payload
from .memory import StationMemory
from .records import StationInfo
from .timestamps import format_timestamp

# Often enough to know within a few minutes that a station still thinks; pings watch the connection itself.
HEARTBEAT_INTERVAL_S: Final = 60

type Handler = Callable[[Fields], Payload]


class Requests:
    """Answers a station's calls, and keeps what they tell in its memory. A version adds to `_handlers`."""

    def __init__(self, memory: StationMemory, authorise: Authorise, on_boot: Callable[[], None]) -> None:
        self._memory = memory
        self._authorise = authorise
        self._on_boot = on_boot
        self._handlers: dict[str, Handler] = {
            "Heartbeat": self._heartbeat,
            "DataTransfer": self._data_transfer,
            "FirmwareStatusNotification": self.notification("FirmwareStatusNotification", "status"),
            "LogStatusNotification": self.notification("LogStatusNotification", "status"),
            "SignCertificate": self._sign_certificate,
            "SecurityEventNotification": self._security_event,
        }

    def handle(self, action: str, payload: Payload) -> Payload:
        """Answer one call. Raises an `OCPPError` to refuse it."""
        handler = self._handlers.get(action)
        if handler is None:
            # OCPP's error of that name, not Python's.
            raise ocpp_errors.NotImplementedError("this csms does not know this action")
        return handler(Fields(payload))

    def notification(self, action: str, field: str) -> Handler:
        """Make the handler of a call that only tells something; `field` holds the word that matters."""

        def handler(fields: Fields) -> Payload:
            self._memory.notified(action, fields.text(field), fields.optional_integer("requestId"))
            return {}

        return handler

    def _booted(self, info: StationInfo) -> Payload:
        self._memory.booted(info)
        self._on_boot()
        return {
            "status": "Accepted",
            "currentTime": format_timestamp(self._memory.now()),
            "interval": HEARTBEAT_INTERVAL_S,
        }

    def _heartbeat(self, _fields: Fields) -> Payload:
        return {"currentTime": format_timestamp(self._memory.now())}

    def _data_transfer(self, fields: Fields) -> Payload:
        self._memory.notified("DataTransfer", f"{fields.text('vendorId')} {fields.text('messageId')}".strip())
        return {"status": "UnknownVendorId"}

    def _security_event(self, fields: Fields) -> Payload:
        self._memory.security_reported(fields.text("type"), fields.text("techInfo"))
        return {}

    def _sign_certificate(self, fields: Fields) -> Payload:
        csr, sign = fields.value("csr"), self._memory.certify
        # A certificate towards cars (ISO 15118) is an operator's to give.
        ours = fields.text("certificateType") in {"", "ChargingStationCertificate"}
        signed = ours and sign is not None and isinstance(csr, str) and sign(csr, fields.optional_integer("requestId"))
        return {"status": "Accepted" if signed else "Rejected"}

    def _judge(self, id_token: IdToken) -> Authorization:
        verdict = self._authorise(self._memory.identity, id_token)
        self._memory.authorized(id_token, accepted=verdict.accepted)
        return verdict


def not_supported(_fields: Fields) -> Payload:
    """Refuse a call that is known, and of no use here."""
    raise ocpp_errors.NotSupportedError("this csms has no use for this action")


def acknowledge(_fields: Fields) -> Payload:
    """Answer a call that needs no more than that it arrived."""
    return {}
