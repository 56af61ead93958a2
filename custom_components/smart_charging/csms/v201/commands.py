"""What control asks of a station in OCPP 2.0.1 and 2.1. Our connector is an EVSE there; its first connector is meant."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Final, override

from ..commands import Caller, Commands, expect
from ..errors import StationRejected, StationTimeout
from ..fields import Fields
from ..frames import Payload
from ..memory import StationMemory
from .profiles import V201Profiles
from .reports import Reports
from .variables import format_key, parse_key

# OCPP 2.0.1 lets a station set a bound of its own (ItemsPerMessageGetVariables), and 2.1 begins at 1; a few are few
# enough for those that were heard of, and a station that wants fewer is asked one by one.
_ITEMS: Final = 8

# A report comes in parts, each when the station finds time for it.
_REPORT_S: Final = 60.0

_LONGEST_TOKEN: Final = 36  # OCPP 2.0.1, IdTokenType
_LARGEST_START: Final = 2**31 - 1

# What a person asks for under the name it has in OCPP 1.6.
_ABOUT_TRANSACTIONS: Final = "MeterValues"


class V201Commands(Commands):
    """Asks a station that speaks OCPP 2.0.1 or 2.1. What each method does is told at `Station`."""

    def __init__(self, memory: StationMemory, call: Caller, reports: Reports) -> None:
        super().__init__(memory, call, V201Profiles())
        self._reports = reports

    @override
    async def remote_start(self, connector_id: int, id_tag: str) -> None:
        """Send a RequestStartTransaction."""
        if not 1 <= len(id_tag) <= _LONGEST_TOKEN:
            raise ValueError(f"an id token has 1 to {_LONGEST_TOKEN} characters")
        number = int(self._memory.now().timestamp()) & _LARGEST_START
        payload = {
            "evseId": connector_id,
            "remoteStartId": number,
            # Central: made up by the csms, not shown at the station (IdTokenEnumType).
            "idToken": {"idToken": id_tag, "type": "Central"},
        }
        expect("RequestStartTransaction", await self._call("RequestStartTransaction", payload), "Accepted")

    @override
    async def remote_stop(self, connector_id: int) -> None:
        """Send a RequestStopTransaction."""
        payload = {"transactionId": self._transaction(connector_id).name}
        expect("RequestStopTransaction", await self._call("RequestStopTransaction", payload), "Accepted")

    @override
    async def trigger(self, message: str, connector_id: int | None) -> None:
        """Send a TriggerMessage. What OCPP 1.6 has in MeterValues is in TransactionEvent while a transaction runs."""
        if message == _ABOUT_TRANSACTIONS and connector_id is not None:
            try:
                await self._trigger("TransactionEvent", {"id": connector_id})
            except StationRejected:
                await self._trigger(message, {"id": connector_id})
            return
        evse = None if connector_id is None else {"id": connector_id}
        if evse is not None and message == "StatusNotification":
            evse["connectorId"] = 1  # F06.FR.12: needed for this message
        await self._trigger(message, evse)

    async def _trigger(self, message: str, evse: dict[str, int] | None) -> None:
        payload: Payload = {"requestedMessage": message}
        if evse is not None:
            payload["evse"] = evse
        expect("TriggerMessage", await self._call("TriggerMessage", payload), "Accepted")

    @override
    async def change_availability(self, connector_id: int, *, operative: bool) -> str:
        """Send a ChangeAvailability."""
        payload: Payload = {"operationalStatus": "Operative" if operative else "Inoperative"}
        if connector_id:
            payload["evse"] = {"id": connector_id}
        return expect("ChangeAvailability", await self._call("ChangeAvailability", payload), "Accepted", "Scheduled")

    @override
    async def read_configuration(self, keys: Sequence[str] | None) -> dict[str, str]:
        """Send GetVariables, or, for all of them, a GetBaseReport. Raises ValueError for what is no key."""
        if keys is None:
            return await self._read_all()
        values: dict[str, str] = {}
        wanted = [parse_key(key) for key in keys]
        for part in _parts(wanted, _ITEMS):
            answer = Fields(await self._call("GetVariables", {"getVariableData": part}))
            values |= _values(answer)
        return values

    @override
    async def write_configuration(self, key: str, value: str) -> str:
        """Send SetVariables. Raises ValueError for what is no key."""
        payload = {"setVariableData": [parse_key(key) | {"attributeValue": value}]}
        answer = Fields(await self._call("SetVariables", payload))
        results = answer.sections("setVariableResult")
        return results[0].text("attributeStatus") if results else ""

    async def _read_all(self) -> dict[str, str]:
        number, complete = self._reports.expect()
        try:
            payload = {"requestId": number, "reportBase": "FullInventory"}
            expect("GetBaseReport", await self._call("GetBaseReport", payload), "Accepted")
            with contextlib.suppress(TimeoutError):
                return dict(await asyncio.wait_for(complete, _REPORT_S))
            raise StationTimeout(self._memory.identity, "GetBaseReport", _REPORT_S)
        finally:
            self._reports.forget(number)


def _parts(entries: Sequence[Payload], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(entries), size):
        yield list(entries[start : start + size])


def _values(answer: Fields) -> dict[str, str]:
    return {
        key: result.text("attributeValue", longest=2500)
        for result in answer.sections("getVariableResult")
        if result.text("attributeStatus") == "Accepted" and (key := format_key(result))
    }
