"""What a person asks of a station in OCPP 2.0.1 and 2.1, which say the same but for the lengths of texts.

What is `connector_id` to us is the id of an EVSE there, and its connector is always number 1: cables of one EVSE that are
used one at a time are one charger to us.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, override

from ..authorization import IdToken
from ..commands import Caller, status_of
from ..errors import StationError, StationOffline, StationRejected, StationTimeout
from ..fields import Fields
from ..frames import Payload
from ..memory import StationMemory
from ..operation_parts import (
    LONGEST_CERTIFICATE,
    LONGEST_URL,
    above_zero,
    capitals,
    certificate_chain,
    data_transfer,
    fit,
    hash_payload,
    list_parts,
    objects,
    read_hashes,
    read_limit_periods,
    read_version,
    signed,
)
from ..operations import (
    CertificateHash,
    CertificateUse,
    FirmwareSignature,
    LimitPeriod,
    LocalListEntry,
    LogKind,
    Operations,
)
from ..versions import Version

_LONGEST_TOKEN: Final = {Version.V201: 36, Version.V21: 255}
_LONGEST_URL: Final = {Version.V201: LONGEST_URL, Version.V21: 2000}
_LONGEST_ROOT: Final = {Version.V201: LONGEST_CERTIFICATE, Version.V21: 10_000}
_LONGEST_TEXT: Final = {Version.V201: 512, Version.V21: 1024}

# What a token is whose kind nobody knows: nearly all cards are (IdTokenEnumType); a group is a word of ours.
_CARD: Final = "ISO14443"
_GROUP: Final = "Central"

_USES: Final = {
    CertificateUse.CSMS: "CSMSRootCertificate",
    CertificateUse.MANUFACTURER: "ManufacturerRootCertificate",
    CertificateUse.V2G: "V2GRootCertificate",
    CertificateUse.MOBILITY_OPERATOR: "MORootCertificate",
}
_LOGS: Final = {LogKind.DIAGNOSTICS: "DiagnosticsLog", LogKind.SECURITY: "SecurityLog"}


class V201Operations(Operations):
    """Asks a station that speaks OCPP 2.0.1 or 2.1. What each method does is told at `Operations`."""

    def __init__(self, memory: StationMemory, call: Caller, version: Version) -> None:
        super().__init__(memory, call)
        self._version = version

    @override
    async def reset(self, connector_id: int | None, *, hard: bool) -> str:
        payload: Payload = {"type": "Immediate" if hard else "OnIdle"}
        if connector_id is not None:
            payload["evseId"] = connector_id
        return status_of(await self._ask("Reset", payload, "Accepted", "Scheduled"))

    @override
    async def unlock(self, connector_id: int) -> None:
        await self._ask("UnlockConnector", {"evseId": connector_id, "connectorId": 1}, "Unlocked")

    @override
    async def reserve(
        self, reservation_id: int, connector_id: int, until: datetime, id_token: IdToken, group: str | None
    ) -> None:
        payload: Payload = {
            "id": reservation_id,
            "expiryDateTime": self._tell(until),
            "idToken": self._token(id_token),
        }
        if connector_id:
            payload["evseId"] = connector_id
        if group is not None:
            payload["groupIdToken"] = self._token(IdToken(text=group, kind=_GROUP))
        await self._ask("ReserveNow", payload)

    @override
    async def cancel_reservation(self, reservation_id: int) -> None:
        await self._ask("CancelReservation", {"reservationId": reservation_id})

    @override
    async def clear_cache(self) -> None:
        await self._ask("ClearCache", {})

    @override
    async def read_list_version(self) -> int:
        return read_version("GetLocalListVersion", await self._call("GetLocalListVersion", {}), "versionNumber")

    @override
    async def send_local_list(self, version: int, entries: Sequence[LocalListEntry]) -> int:
        longest = _LONGEST_TOKEN[self._version]
        cards = [
            self._card(entry) for entry in entries if not entry.id_token.nobody and len(entry.id_token.text) <= longest
        ]
        # How many fit in one message.
        most = above_zero(await self._read_variable("LocalAuthListCtrlr", "ItemsPerMessage")) if cards else None
        for number, kind, part in list_parts(version, cards, most):
            payload: Payload = {"versionNumber": number, "updateType": kind}
            if part:
                payload["localAuthorizationList"] = list(part)
            await self._ask("SendLocalList", payload)
            version = number
        return version

    @override
    async def request_log(self, kind: LogKind, request_id: int, url: str, since: datetime | None) -> str:
        log: Payload = {"remoteLocation": self._url(url)}
        if since is not None:
            log["oldestTimestamp"] = self._tell(since)
        payload = {"logType": _LOGS[kind], "requestId": request_id, "log": log}
        return Fields(await self._ask("GetLog", payload, "Accepted", "AcceptedCanceled")).text("filename")

    @override
    async def file_protocols(self) -> frozenset[str]:
        return capitals(await self._read_variable("OCPPCommCtrlr", "FileTransferProtocols"))

    @override
    async def update_firmware(
        self, request_id: int, url: str, retrieve_at: datetime, signature: FirmwareSignature | None = None
    ) -> None:
        firmware: Payload = {"location": self._url(url), "retrieveDateTime": self._tell(retrieve_at)}
        if signature is not None:
            firmware |= signed(signature)
        payload = {"requestId": request_id, "firmware": firmware}
        await self._ask("UpdateFirmware", payload, "Accepted", "AcceptedCanceled")

    @override
    async def transfer_data(self, vendor: str, message: str | None, data: object) -> tuple[str, object]:
        answer = await self._call("DataTransfer", data_transfer(vendor, message, data))
        return status_of(answer), answer.get("data")

    @override
    async def install_certificate(self, use: CertificateUse, pem: str) -> None:
        certificate = fit("a certificate", pem, _LONGEST_ROOT[self._version])
        await self._ask("InstallCertificate", {"certificateType": _USES[use], "certificate": certificate})

    @override
    async def installed_certificates(self, use: CertificateUse) -> tuple[CertificateHash, ...]:
        payload = {"certificateType": [_USES[use]]}
        answer = await self._ask("GetInstalledCertificateIds", payload, "Accepted", "NotFound")
        chains = objects(answer.get("certificateHashDataChain"))
        return read_hashes([chain.get("certificateHashData") for chain in chains])

    @override
    async def delete_certificate(self, certificate: CertificateHash) -> None:
        await self._ask("DeleteCertificate", {"certificateHashData": hash_payload(certificate)})

    @override
    async def renew_certificate(self) -> None:
        await self._ask("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})

    @override
    async def send_certificate(self, chain_pem: str, request_id: int | None = None) -> None:
        payload: Payload = {
            "certificateChain": certificate_chain(chain_pem),
            "certificateType": "ChargingStationCertificate",
        }
        if request_id is not None and self._version is Version.V21:
            payload["requestId"] = request_id
        await self._ask("CertificateSigned", payload)

    @override
    async def show_message(self, message_id: int, text: str, until: datetime | None) -> None:
        """Send a SetDisplayMessage, in front of the station's own, or between them where it can do no better."""
        content = {"format": "UTF8", "content": fit("a text", text, _LONGEST_TEXT[self._version])}
        message: Payload = {"id": message_id, "priority": "InFront", "message": content}
        if until is not None:
            message["endDateTime"] = self._tell(until)
        status = status_of(await self._call("SetDisplayMessage", {"message": message}))
        if status == "NotSupportedPriority":
            message["priority"] = "NormalCycle"
            status = status_of(await self._call("SetDisplayMessage", {"message": message}))
        if status == "NotSupportedMessageFormat" and text.isascii():
            content["format"] = "ASCII"
            status = status_of(await self._call("SetDisplayMessage", {"message": message}))
        if status != "Accepted":
            raise StationRejected("SetDisplayMessage", status)

    @override
    async def clear_message(self, message_id: int) -> None:
        # Unknown: it is not there, which is what was wanted.
        await self._ask("ClearDisplayMessage", {"id": message_id}, "Accepted", "Unknown")

    @override
    async def tell_cost(self, connector_id: int, total_cost: float) -> None:
        payload = {"totalCost": total_cost, "transactionId": self._transaction(connector_id).name}
        await self._call("CostUpdated", payload)

    @override
    async def read_limits(self, connector_id: int, duration_s: int) -> tuple[LimitPeriod, ...]:
        payload = {"evseId": connector_id, "duration": duration_s}
        answer = await self._ask("GetCompositeSchedule", payload)
        schedule = answer.get("schedule")
        start = schedule.get("scheduleStart") if isinstance(schedule, dict) else None
        return read_limit_periods(schedule, self._after_now_s(start))

    def _card(self, entry: LocalListEntry) -> Payload:
        authorization = entry.authorization
        info: Payload = {"status": authorization.status.value}
        if authorization.expires_at is not None:
            info["cacheExpiryDateTime"] = self._tell(authorization.expires_at)
        if authorization.group is not None:
            info["groupIdToken"] = self._token(IdToken(text=authorization.group, kind=_GROUP))
        return {"idToken": self._token(entry.id_token), "idTokenInfo": info}

    async def _read_variable(self, component: str, variable: str) -> str:
        """Ask for one variable of the device model; empty where the station does not say."""
        asked = {"component": {"name": component}, "variable": {"name": variable}}
        try:
            answer = await self._call("GetVariables", {"getVariableData": [asked]})
        except StationOffline, StationTimeout:
            raise
        except StationError:
            return ""
        results = map(Fields, objects(answer.get("getVariableResult")))
        return next((result.text("attributeValue") for result in results), "")

    def _token(self, token: IdToken) -> Payload:
        text = fit("a card's number", token.text, _LONGEST_TOKEN[self._version])
        return {"idToken": text, "type": token.kind or _CARD}

    def _url(self, url: str) -> str:
        return fit("an address", url, _LONGEST_URL[self._version])
