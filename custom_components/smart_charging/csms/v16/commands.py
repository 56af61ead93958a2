"""What we ask of a station in OCPP 1.6."""

from collections.abc import Sequence
from typing import Any, Final, override

from ..commands import Commands, expect, status_of
from ..frames import Payload
from ..records import AcknowledgedLimit
from . import profiles

_LONGEST_TAG: Final = 20  # OCPP 1.6, 7.28 IdToken


class V16Commands(Commands):
    """Asks a station that speaks OCPP 1.6. What each method does is told at `Station`."""

    @override
    async def set_limit(
        self, connector_id: int, limit_a: float, *, phases: int | None, valid_s: int
    ) -> AcknowledgedLimit:
        """Send a TxProfile with an end."""
        memory = self._memory
        transaction = self._transaction(connector_id)
        now = memory.now()
        payload = profiles.transaction_profile(
            transaction=transaction,
            stack_level=profiles.choose_stack_level(memory.style, memory.features),
            rate=self._rate(connector_id, limit_a, phases),
            relative=memory.style.relative,
            valid_s=valid_s,
            now=now,
            clock=memory.clock,
        )
        expect("SetChargingProfile", await self._call("SetChargingProfile", payload), "Accepted")
        limit = self._acknowledged(profiles.round_down(limit_a), phases, valid_s)
        self._limited(transaction, limit)
        return limit

    @override
    async def set_default_limit(self, connector_id: int, limit_a: float, *, phases: int | None) -> AcknowledgedLimit:
        """Send a TxDefaultProfile."""
        memory = self._memory
        payload = profiles.default_profile(
            connector_id=connector_id,
            stack_level=profiles.choose_stack_level(memory.style, memory.features),
            rate=self._rate(connector_id, limit_a, phases),
        )
        expect("SetChargingProfile", await self._call("SetChargingProfile", payload), "Accepted")
        limit = self._acknowledged(profiles.round_down(limit_a), phases, None)
        memory.limited_by_default(connector_id, limit)
        return limit

    @override
    async def set_maximum_limit(self, limit_a: float) -> AcknowledgedLimit:
        """Send a ChargePointMaxProfile."""
        memory = self._memory
        payload = profiles.maximum_profile(
            stack_level=profiles.choose_stack_level(memory.style, memory.features),
            rate=self._rate(0, limit_a, None),
            now=memory.now(),
            clock=memory.clock,
        )
        expect("SetChargingProfile", await self._call("SetChargingProfile", payload), "Accepted")
        memory.maximum_limit = self._acknowledged(profiles.round_down(limit_a), None, None)
        return memory.maximum_limit

    @override
    async def clear_limit(self, connector_id: int) -> None:
        """Send a ClearChargingProfile for our TxProfile, and for nobody else's."""
        payload = {"id": profiles.TRANSACTION_PROFILE + connector_id}
        # Unknown: it had run out, or was never there, which is what was wanted.
        expect("ClearChargingProfile", await self._call("ClearChargingProfile", payload), "Accepted", "Unknown")
        self._memory.limited(connector_id, None)

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

    def _rate(self, connector_id: int, limit_a: float, phases: int | None) -> profiles.Rate:
        memory = self._memory
        measurement = memory.connector(connector_id).measurement
        return profiles.Rate(
            limit_a=limit_a,
            phases=phases,
            unit=profiles.choose_unit(memory.style, memory.features.rate_units if memory.features else ()),
            volts=profiles.choose_volts(memory.style, measurement.voltage_v if measurement else None),
        )


def _key_value(entry: Any) -> tuple[str, str] | None:
    match entry:
        case {"key": str(key), "value": str() | int() | float() as value}:
            return key, str(value)
        case _:
            return None
