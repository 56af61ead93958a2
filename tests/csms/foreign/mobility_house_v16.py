"""The charger in the words of OCPP 1.6, with the `ocpp` library."""

from typing import Any, override

from ocpp.routing import after, on  # type: ignore[import-untyped]
from ocpp.v16 import ChargePoint, call, call_result  # type: ignore[import-untyped]

from .charger import Charger, Tap, read_profile

CONFIGURATION = {
    "SupportedFeatureProfiles": "Core,SmartCharging,RemoteTrigger",
    "ChargeProfileMaxStackLevel": "8",
    "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
    "NumberOfConnectors": "1",
    "MeterValuesSampledData": "Energy.Active.Import.Register",
    "MeterValueSampleInterval": "60",
}


class V16Charger(Charger):
    """Its life."""

    subprotocol = "ocpp1.6"

    def __init__(self) -> None:
        super().__init__()
        self.configuration = dict(CONFIGURATION)
        self.state = "Available"
        self.transaction_id: int | None = None

    @override
    def make_point(self, identity: str, tap: Tap) -> Any:
        return V16Point(identity, tap, self)

    @override
    async def boot(self) -> object:
        answer = await self.say(
            call.BootNotification(charge_point_vendor="Mobility", charge_point_model="House", firmware_version="1.0")
        )
        return answer.status

    @override
    async def status(self, status: str) -> object:
        self.state = status
        await self.tell_status()
        return None

    async def tell_status(self) -> None:
        """Send a StatusNotification."""
        await self.say(
            call.StatusNotification(
                connector_id=1, error_code="NoError", status=self.state, timestamp=self.timestamp, info=None
            )
        )

    @override
    async def authorise(self, tag: str) -> object:
        return (await self.say(call.Authorize(id_tag=tag))).id_tag_info["status"]

    @override
    async def start(self, tag: str) -> object:
        self.tag, self.started_at = tag, self.now
        answer = await self.say(
            call.StartTransaction(
                connector_id=1, id_tag=tag, meter_start=int(self.register_wh), timestamp=self.timestamp
            )
        )
        self.transaction_id = answer.transaction_id
        await self.status("Charging")
        return str(answer.transaction_id)

    @override
    async def stop(self) -> object:
        await self.say(
            call.StopTransaction(
                transaction_id=self.transaction_id,
                meter_stop=int(self.register_wh),
                timestamp=self.timestamp,
                reason="Local",
                id_tag=self.tag,
            )
        )
        self.transaction_id = None
        self.forget_transaction()
        await self.status("Finishing")
        return None

    @override
    async def meter(self) -> object:
        sampled = [reading | {"value": str(reading["value"])} for reading in self.readings()]
        entry = {"timestamp": self.timestamp, "sampled_value": sampled}
        await self.say(call.MeterValues(connector_id=1, transaction_id=self.transaction_id, meter_value=[entry]))
        return None


class V16Point(ChargePoint):  # type: ignore[misc]  # the library has no types
    """Its answers."""

    def __init__(self, identity: str, tap: Tap, charger: V16Charger) -> None:
        super().__init__(identity, tap)
        self._charger = charger

    @on("GetConfiguration")
    def get_configuration(self, key: list[str] | None = None) -> Any:
        known = self._charger.configuration
        keys = list(known) if key is None else key
        return call_result.GetConfiguration(
            configuration_key=[{"key": k, "readonly": False, "value": known[k]} for k in keys if k in known],
            unknown_key=[k for k in keys if k not in known],
        )

    @on("ChangeConfiguration")
    def change_configuration(self, key: str, value: str) -> Any:
        known = key in self._charger.configuration
        if known:
            self._charger.configuration[key] = value
        return call_result.ChangeConfiguration(status="Accepted" if known else "NotSupported")

    @on("TriggerMessage")
    def trigger_message(self, **_: Any) -> Any:
        return call_result.TriggerMessage(status="Accepted")

    @after("TriggerMessage")
    async def after_trigger_message(self, requested_message: str, **_: Any) -> None:
        jobs: dict[str, Any] = {
            "BootNotification": self._charger.boot,
            "StatusNotification": self._charger.tell_status,
            "MeterValues": self._charger.meter,
        }
        self._charger.soon(jobs[requested_message])

    @on("SetChargingProfile")
    def set_charging_profile(self, cs_charging_profiles: dict[str, Any], **_: Any) -> Any:
        profile = cs_charging_profiles
        if profile["charging_profile_purpose"] == "TxProfile" and (
            profile.get("transaction_id") != self._charger.transaction_id
        ):
            return call_result.SetChargingProfile(status="Rejected")
        self._charger.install(profile["charging_profile_id"], read_profile(profile, profile["charging_schedule"]))
        return call_result.SetChargingProfile(status="Accepted")

    @on("ClearChargingProfile")
    def clear_charging_profile(self, id: int, **_: Any) -> Any:  # noqa: A002 -- the library's name
        gone = self._charger.profiles.pop(id, None)
        return call_result.ClearChargingProfile(status="Unknown" if gone is None else "Accepted")

    @on("RemoteStartTransaction")
    def remote_start_transaction(self, **_: Any) -> Any:
        return call_result.RemoteStartTransaction(status="Accepted")

    @after("RemoteStartTransaction")
    async def after_remote_start_transaction(self, id_tag: str, **_: Any) -> None:
        self._charger.soon(lambda: self._charger.start(id_tag))

    @on("RemoteStopTransaction")
    def remote_stop_transaction(self, transaction_id: int) -> Any:
        fits = transaction_id == self._charger.transaction_id
        return call_result.RemoteStopTransaction(status="Accepted" if fits else "Rejected")

    @after("RemoteStopTransaction")
    async def after_remote_stop_transaction(self, **_: Any) -> None:
        self._charger.soon(self._charger.stop)
