"""What a person asks of a station in OCPP 1.6, its security extension (whitepaper, edition 3) included.

Costs are told as the application note "OCPP & California Pricing Requirements" of the Open Charge Alliance says, the only
way that several makers' stations know: a DataTransfer of vendor `org.openchargealliance.costmsg`.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final, override

from ..authorization import IdToken
from ..errors import CallFailed, NotOffered, StationError, StationOffline, StationTimeout
from ..fields import Fields
from ..frames import Payload
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
from ..records import Status
from ..versions import Version

_LONGEST_TAG: Final = 20  # OCPP 1.6, 7.28 IdToken

_USES: Final = {
    CertificateUse.CSMS: "CentralSystemRootCertificate",
    CertificateUse.MANUFACTURER: "ManufacturerRootCertificate",
}
_LOGS: Final = {LogKind.DIAGNOSTICS: "DiagnosticsLog", LogKind.SECURITY: "SecurityLog"}

# What a station answers that has never heard of an action; the second is what it knows and does not do.
_LACKING: Final = frozenset({"NotImplemented", "NotSupported"})

_COST_VENDOR: Final = "org.openchargealliance.costmsg"


class V16Operations(Operations):
    """Asks a station that speaks OCPP 1.6. What each method does is told at `Operations`."""

    @override
    async def reset(self, connector_id: int | None, *, hard: bool) -> str:
        """Send a Reset, which is always for the whole station."""
        await self._ask("Reset", {"type": "Hard" if hard else "Soft"})
        return "Accepted"

    @override
    async def unlock(self, connector_id: int) -> None:
        await self._ask("UnlockConnector", {"connectorId": connector_id}, "Unlocked")

    @override
    async def reserve(
        self, reservation_id: int, connector_id: int, until: datetime, id_token: IdToken, group: str | None
    ) -> None:
        payload: Payload = {
            "reservationId": reservation_id,
            "connectorId": connector_id,
            "expiryDate": self._tell(until),
            "idTag": fit("a card's number", id_token.text, _LONGEST_TAG),
        }
        if group is not None:
            payload["parentIdTag"] = fit("a group's name", group, _LONGEST_TAG)
        await self._ask("ReserveNow", payload)

    @override
    async def cancel_reservation(self, reservation_id: int) -> None:
        await self._ask("CancelReservation", {"reservationId": reservation_id})

    @override
    async def clear_cache(self) -> None:
        await self._ask("ClearCache", {})

    @override
    async def read_list_version(self) -> int:
        return read_version("GetLocalListVersion", await self._call("GetLocalListVersion", {}), "listVersion")

    @override
    async def send_local_list(self, version: int, entries: Sequence[LocalListEntry]) -> int:
        cards = [self._card(entry) for entry in entries if 0 < len(entry.id_token.text) <= _LONGEST_TAG]
        # How many fit in one message (OCPP 1.6, 9.2.3).
        most = above_zero(await self._read_key("SendLocalListMaxLength")) if cards else None
        for number, kind, part in list_parts(version, cards, most):
            payload = {"listVersion": number, "updateType": kind, "localAuthorizationList": list(part)}
            await self._ask("SendLocalList", payload)
            version = number
        return version

    def _card(self, entry: LocalListEntry) -> Payload:
        authorization = entry.authorization
        info: Payload = {"status": authorization.status.value}
        if authorization.expires_at is not None:
            info["expiryDate"] = self._tell(authorization.expires_at)
        if authorization.group is not None and len(authorization.group) <= _LONGEST_TAG:
            info["parentIdTag"] = authorization.group
        return {"idTag": entry.id_token.text, "idTagInfo": info}

    async def _read_key(self, key: str) -> str:
        """Ask for one key of the configuration; empty where the station does not say."""
        try:
            answer = await self._call("GetConfiguration", {"key": [key]})
        except StationOffline, StationTimeout:
            raise
        except StationError:
            return ""
        entries = map(Fields, objects(answer.get("configurationKey")))
        return next((entry.text("value") for entry in entries if entry.text("key") == key), "")

    @override
    async def request_log(self, kind: LogKind, request_id: int, url: str, since: datetime | None) -> str:
        """Send a GetDiagnostics, which all know that send files at all, or else the security extension's GetLog."""
        if kind is LogKind.DIAGNOSTICS:
            payload: Payload = {"location": url}
            if since is not None:
                payload["startTime"] = self._tell(since)
            try:
                return Fields(await self._call("GetDiagnostics", payload)).text("fileName")
            except CallFailed as failed:
                if failed.code not in _LACKING:
                    raise
        log: Payload = {"remoteLocation": fit("an address", url, LONGEST_URL)}
        if since is not None:
            log["oldestTimestamp"] = self._tell(since)
        asked = {"logType": _LOGS[kind], "requestId": request_id, "log": log}
        return Fields(await self._ask("GetLog", asked, "Accepted", "AcceptedCanceled")).text("filename")

    @override
    async def file_protocols(self) -> frozenset[str]:
        return capitals(await self._read_key("SupportedFileTransferProtocols"))

    @override
    async def update_firmware(
        self, request_id: int, url: str, retrieve_at: datetime, signature: FirmwareSignature | None = None
    ) -> None:
        """Send an UpdateFirmware, whose answer says nothing, or a SignedUpdateFirmware."""
        at = self._tell(retrieve_at)
        if signature is None:
            await self._call("UpdateFirmware", {"location": url, "retrieveDate": at})
            return
        firmware = {
            "location": fit("an address", url, LONGEST_URL),
            "retrieveDateTime": at,
            **signed(signature),
        }
        asked = {"requestId": request_id, "firmware": firmware}
        await self._ask("SignedUpdateFirmware", asked, "Accepted", "AcceptedCanceled")

    @override
    async def transfer_data(self, vendor: str, message: str | None, data: object) -> tuple[str, object]:
        text = data if data is None or isinstance(data, str) else json.dumps(data)
        answer = await self._call("DataTransfer", data_transfer(vendor, message, text))
        return Fields(answer).text("status"), answer.get("data")

    @override
    async def install_certificate(self, use: CertificateUse, pem: str) -> None:
        certificate = fit("a certificate", pem, LONGEST_CERTIFICATE)
        payload = {"certificateType": self._use(use), "certificate": certificate}
        await self._ask("InstallCertificate", payload)

    @override
    async def installed_certificates(self, use: CertificateUse) -> tuple[CertificateHash, ...]:
        payload = {"certificateType": self._use(use)}
        answer = await self._ask("GetInstalledCertificateIds", payload, "Accepted", "NotFound")
        return read_hashes(answer.get("certificateHashData"))

    @override
    async def delete_certificate(self, certificate: CertificateHash) -> None:
        await self._ask("DeleteCertificate", {"certificateHashData": hash_payload(certificate)})

    @override
    async def renew_certificate(self) -> None:
        await self._ask("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})

    @override
    async def send_certificate(self, chain_pem: str, request_id: int | None = None) -> None:
        await self._ask("CertificateSigned", {"certificateChain": certificate_chain(chain_pem)})

    @override
    async def show_message(self, message_id: int, text: str, until: datetime | None) -> None:
        raise NotOffered("showing a text", Version.V16)

    @override
    async def clear_message(self, message_id: int) -> None:
        raise NotOffered("showing a text", Version.V16)

    @override
    async def tell_cost(self, connector_id: int, total_cost: float) -> None:
        """Send a RunningCost of the California Pricing note, with all its fields: some stations miss none of them."""
        transaction = self._transaction(connector_id)
        connector = self._memory.connector(connector_id)
        register_wh = connector.measurement.energy_wh if connector.measurement else None
        charges = connector.status is not None and connector.status.status is Status.CHARGING
        cost: Payload = {
            "transactionId": int(transaction.name),
            "timestamp": self._tell(self._memory.now()),
            "meterValue": round(register_wh or transaction.meter_start_wh or 0),
            "cost": total_cost,
            "state": "Charging" if charges else "Idle",
            "chargingPrice": {},
        }
        payload = data_transfer(_COST_VENDOR, "RunningCost", json.dumps(cost))
        await self._ask("DataTransfer", payload)

    @override
    async def read_limits(self, connector_id: int, duration_s: int) -> tuple[LimitPeriod, ...]:
        payload = {"connectorId": connector_id, "duration": duration_s}
        answer = await self._ask("GetCompositeSchedule", payload)
        return read_limit_periods(answer.get("chargingSchedule"), self._after_now_s(answer.get("scheduleStart")))

    def _use(self, use: CertificateUse) -> str:
        word = _USES.get(use)
        if word is None:
            raise NotOffered("a certificate for that", Version.V16)
        return word
