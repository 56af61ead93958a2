"""What goes up: which of a station's messages an operator gets to see, when, and in which words."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ..fields import Fields
from ..frames import Payload
from ..measurands import parse_number
from ..memory import StationMemory
from ..timestamps import format_timestamp
from ..transactions import Entry as LedgerEntry
from ..versions import Version
from .conform import Conformer, Unfit
from .guarded import without_secret_reports
from .names import UNKNOWN_ID, Names
from .outbox import Entry, Outbox
from .schemas import Schemas

_LOGGER: Final = logging.getLogger(__name__)

# Worth knowing now, and nothing later. What is about certificates or the limits that we set is nobody else's business.
_NEWS: Final = frozenset(
    {
        "Authorize",
        "ClearedChargingLimit",
        "DataTransfer",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "LogStatusNotification",
        "NotifyChargingLimit",
        "NotifyCustomerInformation",
        "NotifyDisplayMessages",
        "NotifyEVChargingNeeds",
        "NotifyEVChargingSchedule",
        "NotifyEvent",
        "NotifyMonitoringReport",
        "NotifyReport",
        "ReservationStatusUpdate",
        "SecurityEventNotification",
        "SignedFirmwareStatusNotification",
    }
)
# These answer a request, which may have been ours.
_REPORTS: Final = frozenset(
    {"NotifyCustomerInformation", "NotifyDisplayMessages", "NotifyMonitoringReport", "NotifyReport"}
)
_MOST_STATUSES: Final = 64
_MOST_REQUESTS: Final = 64


class Upward:
    """Turns what a station says into entries of an outbox, and these into payloads that keep to the schemas."""

    def __init__(self, memory: StationMemory, names: Names, outbox: Outbox) -> None:
        self._memory = memory
        self._names = names
        self._outbox = outbox
        self._statuses: dict[tuple[int, int], Entry] = {}
        self._requests: dict[int, None] = {}
        self._complained: set[str] = set()
        self.boot: Payload | None = None
        """How the station announced itself last."""

    @property
    def statuses(self) -> tuple[Entry, ...]:
        """The last word of each connector about itself."""
        return tuple(self._statuses.values())

    def asked(self, payload: Payload) -> None:
        """The operator asked the station something; what the station reports about it goes up."""
        request_id = Fields(payload).optional_integer("requestId")
        if request_id is not None:
            self._requests[request_id] = None
            for old in list(self._requests)[:-_MOST_REQUESTS]:
                del self._requests[old]

    def take(self, version: Version, action: str, payload: Payload, answer: Payload, *, now: datetime) -> None:
        """Take in a call of the station, to which we have given this answer."""
        entry = Entry(version=version, action=action, payload=payload, at=now)
        match action:
            case "BootNotification":
                self.boot = payload
            case "StatusNotification":
                self._take_status(entry)
            case "StartTransaction":
                self._take_start(entry, answer)
            case "StopTransaction":
                self._take_stop(entry)
            case "MeterValues":
                self._take_readings(entry)
            case "TransactionEvent":
                self._take_event(entry)
            case _ if action in _NEWS and self._is_theirs(action, payload):
                if action == "NotifyReport":
                    entry.payload = without_secret_reports(payload)
                self._outbox.put(entry)

    def _is_theirs(self, action: str, payload: Payload) -> bool:
        request_id = Fields(payload).optional_integer("requestId")
        if request_id is None:
            return action not in _REPORTS
        return request_id in self._requests

    def _take_status(self, entry: Entry) -> None:
        fields = Fields(entry.payload)
        place = fields.optional_integer("evseId") or 0, fields.optional_integer("connectorId") or 0
        if place in self._statuses or len(self._statuses) < _MOST_STATUSES:
            self._statuses[place] = entry
        self._outbox.put(entry)

    def _take_start(self, entry: Entry, answer: Payload) -> None:
        ours = Fields(answer).text("transactionId")
        if not self._names.begin(ours):
            # The station did not get our answer, and says it again.
            return
        fields = Fields(entry.payload)
        entry.transaction, entry.needed = ours, True
        if fields.number("meterStart") is None:
            measurement = self._memory.connector(fields.connector_id()).measurement
            register_wh = measurement.energy_wh if measurement else None
            entry.payload = entry.payload | {"meterStart": register_wh or 0}
        self._outbox.put(entry)

    def _take_stop(self, entry: Entry) -> None:
        found = self._find(entry.payload, None)
        name = None if found is None else self._names.get(found.transaction.transaction_id)
        if found is None or name is None or name.told:
            # It began before the operator was there, or ended before.
            return
        name.told = True
        entry.transaction, entry.needed = found.transaction.transaction_id, True
        if parse_number(entry.payload.get("meterStop")) is None:
            last = found.counter.last
            entry.payload = entry.payload | {"meterStop": last.register_wh if last else 0}
        self._outbox.put(entry)

    def _take_readings(self, entry: Entry) -> None:
        if entry.version is Version.V16:
            found = self._find(entry.payload, Fields(entry.payload).connector_id())
            if found is not None and self._names.get(found.transaction.transaction_id) is not None:
                entry.transaction = found.transaction.transaction_id
        self._outbox.put(entry)

    def _take_event(self, entry: Entry) -> None:
        fields = Fields(entry.payload)
        kind, ours = fields.text("eventType"), fields.section("transactionInfo").text("transactionId")
        self._names.begin(ours)
        name = self._names.get(ours)
        if name is not None and kind == "Ended":
            name.told = True
        entry.transaction = ours
        entry.needed = kind in {"Started", "Ended"} or bool(fields.section("idToken").text("idToken"))
        self._outbox.put(entry)

    def _find(self, payload: Payload, connector_id: int | None) -> LedgerEntry | None:
        """The transaction that a message of OCPP 1.6 is about: as it names it, or what runs on its connector."""
        named = Fields(payload).text("transactionId")
        for entry in reversed(list(self._memory.ledger)):
            transaction = entry.transaction
            if named and named in {transaction.transaction_id, transaction.name}:
                return entry
            if connector_id == transaction.connector_id and not named and entry.ended is None:
                return entry
        return None

    def compose(self, entry: Entry, schemas: Schemas, *, online_since: datetime) -> Payload | None:
        """The payload as the operator gets it; None where nothing of use can be made of it."""
        schema = schemas.request(entry.action)
        if schema is None:
            return None
        payload = dict(entry.payload)
        if entry.version is Version.V16 and entry.action in {"MeterValues", "StopTransaction"}:
            payload |= {"transactionId": self._name_for(entry)}
        if entry.action == "TransactionEvent" and entry.at < online_since:
            payload["offline"] = True
        try:
            return Conformer(schema, self._defaults(entry)).fit(payload)
        except Unfit as fault:
            if entry.action not in self._complained:
                self._complained.add(entry.action)
                _LOGGER.warning(
                    "Station %s: its %s says too little to be handed on: %s", self._memory.identity, entry.action, fault
                )
            return None

    def _name_for(self, entry: Entry) -> int | None:
        name = None if entry.transaction is None else self._names.get(entry.transaction)
        if name is not None and name.operator_id is not None:
            return name.operator_id
        return UNKNOWN_ID if entry.action == "StopTransaction" else None

    def _defaults(self, entry: Entry) -> Mapping[str, Any]:
        """What the schemas want and stations leave out."""
        info = self._memory.info
        vendor, model = (info.vendor, info.model) if info else ("", "")
        return {
            "timestamp": format_timestamp(entry.at),
            "generatedAt": format_timestamp(entry.at),
            "errorCode": "NoError",
            "idTag": "",
            "type": "Central",
            "connectorId": 1,
            "seqNo": 0,
            "triggerReason": "Trigger",
            "reason": "Unknown",
            "chargePointVendor": vendor or "unknown",
            "chargePointModel": model or "unknown",
            "vendorName": vendor or "unknown",
            "model": model or "unknown",
            "chargingStation": {},
        }

    def answered(self, entry: Entry, answer: Payload | None) -> None:
        """The operator answered; None: it was given up."""
        if entry.action != "StartTransaction" or entry.transaction is None:
            return
        name = self._names.get(entry.transaction)
        if name is not None:
            name.operator_id = None if answer is None else Fields(answer).optional_integer("transactionId")
            name.lost = name.operator_id is None
