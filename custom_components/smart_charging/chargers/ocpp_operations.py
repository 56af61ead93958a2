"""What a person may ask of one connector of an OCPP station, whichever version of OCPP that speaks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final, override

from ..csms.authorization import IdToken
from ..csms.errors import StationRejected
from ..csms.events import Event, Notified, SecurityReported
from ..csms.operations import CertificateUse, FirmwareSignature, LogKind
from ..csms.records import RateUnit
from ..csms.secret_settings import is_secret
from ..csms.station import Station
from ..engine.model.operation import Operation, Progress, Stage, StatedLimit
from ..engine.model.security import SecurityReport
from .errors import ChargerRefusedError
from .ocpp_errors import as_charger_errors
from .ocpp_security import read_security
from .operations import REDACTED, ChargerOperations

_NEWS: Final = {
    "DiagnosticsStatusNotification": Operation.LOG,
    "LogStatusNotification": Operation.LOG,
    "FirmwareStatusNotification": Operation.FIRMWARE,
    "SignedFirmwareStatusNotification": Operation.FIRMWARE,
}

# Whatever is neither is under way (DiagnosticsStatus and FirmwareStatus in OCPP 1.6, FirmwareStatusEnumType and
# UploadLogStatusEnumType in its security extension and in later versions).
_DONE: Final = frozenset({"Uploaded", "Installed"})
_FAILED: Final = frozenset(
    {
        "AcceptedCanceled",
        "BadMessage",
        "DownloadFailed",
        "InstallVerificationFailed",
        "InstallationFailed",
        "InvalidSignature",
        "NotSupportedOperation",
        "PermissionDenied",
        "UploadFailed",
        "UploadFailure",
    }
)

# What is about one connector; the rest is about the station, and some refuse a connector there.
_OF_A_CONNECTOR: Final = frozenset({"MeterValues", "StatusNotification", "TransactionEvent"})

# One text a connector, always under the same id: the next one replaces it. Apart from small numbers, which others use.
_MESSAGE_ID: Final = 16_000


class OcppOperations(ChargerOperations):
    """Asks a station for its connector. `held_out`: whether control took the connector out of service."""

    def __init__(
        self, station: Station, connector_id: int, now: Callable[[], datetime], held_out: Callable[[], bool]
    ) -> None:
        self._now = now
        self._station = station
        self._connector_id = connector_id
        self._held_out = held_out

    @override
    async def restart(self, *, at_once: bool) -> bool:
        features = self._station.features
        several = features is not None and (features.number_of_connectors or 1) > 1
        with as_charger_errors():
            # OCPP 1.6 restarts the whole station, whoever is meant.
            word = await self._station.operations.reset(self._connector_id if several else None, hard=at_once)
        return word == "Scheduled"

    @override
    async def unlock(self) -> None:
        with as_charger_errors():
            await self._station.operations.unlock(self._connector_id)

    @override
    async def set_available(self, *, available: bool) -> bool:
        if available and self._held_out():
            raise ChargerRefusedError("it is kept out of service, for it did not heed its limit", "HeldOut")
        with as_charger_errors():
            word = await self._station.change_availability(self._connector_id, operative=available)
        return word == "Scheduled"

    @override
    async def reserve(self, reservation_id: int, until: datetime, card: str, group: str | None) -> None:
        with as_charger_errors():
            await self._station.operations.reserve(reservation_id, self._connector_id, until, IdToken(text=card), group)

    @override
    async def cancel_reservation(self, reservation_id: int) -> None:
        with as_charger_errors():
            await self._station.operations.cancel_reservation(reservation_id)

    @override
    async def read_settings(self, names: Sequence[str] | None) -> Mapping[str, str]:
        with as_charger_errors(), _keys_judged("GetVariables"):
            settings = await self._station.read_configuration(names)
        return {name: REDACTED if value and is_secret(name) else value for name, value in settings.items()}

    @override
    async def write_setting(self, name: str, value: str) -> bool:
        with as_charger_errors(), _keys_judged("SetVariables"):
            word = await self._station.write_configuration(name, value)
            if word not in {"Accepted", "RebootRequired"}:
                raise StationRejected("the setting", word)
        return word == "RebootRequired"

    @override
    async def file_protocols(self) -> frozenset[str]:
        with as_charger_errors():
            return await self._station.operations.file_protocols()

    @override
    async def request_log(self, kind: str, request_id: int, url: str, since: datetime | None) -> str:
        with as_charger_errors():
            return await self._station.operations.request_log(LogKind(kind), request_id, url, since)

    @override
    async def update_firmware(
        self, request_id: int, url: str, at: datetime, signature: tuple[str, str] | None = None
    ) -> None:
        signed = None if signature is None else FirmwareSignature(certificate_pem=signature[0], signature=signature[1])
        with as_charger_errors():
            await self._station.operations.update_firmware(request_id, url, at, signed)

    @override
    async def trigger(self, message: str) -> None:
        with as_charger_errors():
            await self._station.trigger(message, self._connector_id if message in _OF_A_CONNECTOR else None)

    @override
    async def clear_cache(self) -> None:
        with as_charger_errors():
            await self._station.operations.clear_cache()

    @override
    async def send_data(self, vendor: str, message: str | None, data: object) -> tuple[str, object]:
        with as_charger_errors():
            return await self._station.operations.transfer_data(vendor, message, data)

    @override
    async def install_certificate(self, use: str, pem: str) -> None:
        with as_charger_errors():
            await self._station.operations.install_certificate(CertificateUse(use), pem)

    @override
    async def certificates(self, use: str) -> Sequence[Mapping[str, str]]:
        with as_charger_errors():
            found = await self._station.operations.installed_certificates(CertificateUse(use))
        return [asdict(certificate) for certificate in found]

    @override
    async def delete_certificate(self, use: str, serial: str) -> None:
        with as_charger_errors():
            operations = self._station.operations
            named = [
                certificate
                for certificate in await operations.installed_certificates(CertificateUse(use))
                if certificate.serial.lower() == serial.lower()
            ]
            if not named:
                raise StationRejected("DeleteCertificate", "NotFound")
            for certificate in named:
                await operations.delete_certificate(certificate)

    @override
    async def show_message(self, text: str, until: datetime | None) -> None:
        with as_charger_errors():
            await self._station.operations.show_message(_MESSAGE_ID + self._connector_id, text, until)

    @override
    async def clear_message(self) -> None:
        with as_charger_errors():
            await self._station.operations.clear_message(_MESSAGE_ID + self._connector_id)

    @override
    async def tell_cost(self, total: float) -> None:
        with as_charger_errors():
            await self._station.operations.tell_cost(self._connector_id, total)

    @override
    async def limits(self, duration_s: int) -> Sequence[StatedLimit]:
        with as_charger_errors():
            periods = await self._station.operations.read_limits(self._connector_id, duration_s)
        now = self._now()
        return [
            StatedLimit(
                at=now + timedelta(seconds=period.start_s),
                limit=period.limit,
                in_w=period.unit == RateUnit.W,
                phases=period.phases,
            )
            for period in periods
        ]

    @override
    def on_security(self, listener: Callable[[SecurityReport], None]) -> Callable[[], None]:
        def take(event: Event) -> None:
            if isinstance(event, SecurityReported):
                listener(read_security(event))

        return self._station.subscribe(take)

    @override
    def on_progress(self, listener: Callable[[Progress], None]) -> Callable[[], None]:
        def take(event: Event) -> None:
            if isinstance(event, Notified) and event.kind in _NEWS:
                listener(read_progress(event))

        return self._station.subscribe(take)


def read_progress(event: Notified) -> Progress:
    """Tell how far a station got with a log or with firmware. The event's kind has to be one that tells."""
    stage = Stage.RUNNING
    if event.text in _DONE:
        stage = Stage.DONE
    elif event.text in _FAILED:
        stage = Stage.FAILED
    elif event.text == "Idle":
        stage = Stage.IDLE
    return Progress(operation=_NEWS[event.kind], stage=stage, word=event.text, request_id=event.request_id)


@contextmanager
def _keys_judged(action: str) -> Iterator[None]:
    """Say of what is no name of a setting what a station says of one that it does not know."""
    try:
        yield
    except ValueError as error:
        raise StationRejected(action, "UnknownVariable") from error
