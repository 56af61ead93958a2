"""What we ask of a station in OCPP 1.6."""

from collections.abc import Sequence
from typing import Any, Final, override

from ..commands import Caller, Commands, expect, status_of
from ..frames import Payload
from ..memory import StationMemory
from .profiles import V16Profiles

_LONGEST_TAG: Final = 20  # OCPP 1.6, 7.28 IdToken


class V16Commands(Commands):
    """Asks a station that speaks OCPP 1.6. What each method does is told at `Station`."""

    def __init__(self, memory: StationMemory, call: Caller) -> None:
        super().__init__(memory, call, V16Profiles())

    @override
    async def remote_start(self, connector_id: int, id_tag: str) -> None:
        """Send a RemoteStartTransaction."""
        if not 1 <= len(id_tag) <= _LONGEST_TAG:
            raise ValueError(f"an id tag has 1 to {_LONGEST_TAG} characters")
        payload = {"connectorId": connector_id, "idTag": id_tag}
        expect("RemoteStartTransaction", await self._call("RemoteStartTransaction", payload), "Accepted")

    @override
    async def remote_stop(self, connector_id: int) -> None:
        """Send a RemoteStopTransaction."""
        payload = {"transactionId": int(self._transaction(connector_id).name)}
        expect("RemoteStopTransaction", await self._call("RemoteStopTransaction", payload), "Accepted")

    @override
    async def trigger(self, message: str, connector_id: int | None) -> None:
        """Send a TriggerMessage."""
        payload: Payload = {"requestedMessage": message}
        if connector_id is not None:
            payload["connectorId"] = connector_id
        expect("TriggerMessage", await self._call("TriggerMessage", payload), "Accepted")

    @override
    async def change_availability(self, connector_id: int, *, operative: bool) -> str:
        """Send a ChangeAvailability."""
        payload = {"connectorId": connector_id, "type": "Operative" if operative else "Inoperative"}
        answer = await self._call("ChangeAvailability", payload)
        return expect("ChangeAvailability", answer, "Accepted", "Scheduled")

    @override
    async def read_configuration(self, keys: Sequence[str] | None) -> dict[str, str]:
        """Send a GetConfiguration."""
        answer = await self._call("GetConfiguration", {} if keys is None else {"key": list(keys)})
        entries = answer.get("configurationKey")
        return dict(pair for entry in (entries if isinstance(entries, list) else ()) if (pair := _key_value(entry)))

    @override
    async def write_configuration(self, key: str, value: str) -> str:
        """Send a ChangeConfiguration."""
        return status_of(await self._call("ChangeConfiguration", {"key": key, "value": value}))


def _key_value(entry: Any) -> tuple[str, str] | None:
    match entry:
        case {"key": str(key), "value": str() | int() | float() as value}:
            return key, str(value)
        case _:
            return None
