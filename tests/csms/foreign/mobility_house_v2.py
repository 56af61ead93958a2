"""The charger in the words of OCPP 2.0.1 and 2.1, with the `ocpp` library."""

from importlib import import_module
from typing import Any, override

from ocpp.routing import after, on  # type: ignore[import-untyped]

from .charger import Charger, Tap, read_profile

VARIABLES = {
    ("SmartChargingCtrlr", "Enabled"): "true",
    ("SmartChargingCtrlr", "ProfileStackLevel"): "8",
    ("SmartChargingCtrlr", "RateUnit"): "A,W",
    ("SampledDataCtrlr", "TxUpdatedMeasurands"): "Energy.Active.Import.Register",
    ("SampledDataCtrlr", "TxUpdatedInterval"): "60",
    ("SampledDataCtrlr", "TxStartedMeasurands"): "",
    ("SampledDataCtrlr", "TxEndedMeasurands"): "",
}

PLUGS = {"Available": "Available", "Unavailable": "Unavailable", "Faulted": "Faulted"}


class V2Charger(Charger):
    """Its life. `package` is the library's, for the version."""

    def __init__(self, package: str, subprotocol: str) -> None:
        super().__init__()
        self.subprotocol = subprotocol
        self.call = import_module(f"ocpp.{package}.call")
        self.call_result = import_module(f"ocpp.{package}.call_result")
        self._class: Any = type("Point", (Answers, import_module(f"ocpp.{package}").ChargePoint), {})
        self.variables = dict(VARIABLES)
        self.plug = "Available"
        self.transaction_id: str | None = None
        self._count = 0
        self._sequence = 0

    @override
    def make_point(self, identity: str, tap: Tap) -> Any:
        return self._class(identity, tap, self)

    @override
    async def boot(self) -> object:
        station = {"vendor_name": "Mobility", "model": "House", "firmware_version": "2.0"}
        return (await self.say(self.call.BootNotification(charging_station=station, reason="PowerUp"))).status

    @override
    async def status(self, status: str) -> object:
        self.plug = PLUGS.get(status, "Occupied")
        await self.tell_status()
        return None

    async def tell_status(self) -> None:
        """Send a StatusNotification."""
        await self.say(
            self.call.StatusNotification(
                timestamp=self.timestamp, connector_status=self.plug, evse_id=1, connector_id=1
            )
        )

    @override
    async def authorise(self, tag: str) -> object:
        answer = await self.say(self.call.Authorize(id_token={"id_token": tag, "type": "ISO14443"}))
        return answer.id_token_info["status"]

    async def _event(self, kind: str, reason: str, state: str | None = None, **more: Any) -> Any:
        info = {"transaction_id": self.transaction_id, "charging_state": state, "remote_start_id": None}
        info["stopped_reason"] = "Local" if kind == "Ended" else None
        self._sequence += 1
        return await self.say(
            self.call.TransactionEvent(
                event_type=kind,
                timestamp=self.timestamp,
                trigger_reason=reason,
                seq_no=self._sequence - 1,
                transaction_info=info,
                offline=self._socket is None,
                meter_value=[{"timestamp": self.timestamp, "sampled_value": self.readings()}],
                **more,
            )
        )

    @override
    async def start(self, tag: str) -> object:
        self._count += 1
        self._sequence = 0
        self.transaction_id = f"0b51a3e2-{self._count}"
        self.tag, self.started_at, self.plug = tag, self.now, "Occupied"
        await self.tell_status()
        token = {"id_token": tag, "type": "ISO14443"}
        await self._event("Started", "Authorized", "Charging", evse={"id": 1, "connector_id": 1}, id_token=token)
        return self.transaction_id

    @override
    async def stop(self) -> object:
        await self._event("Ended", "StopAuthorized", "EVConnected")
        self.transaction_id = None
        self.forget_transaction()
        return None

    @override
    async def meter(self) -> object:
        if self.transaction_id is not None:
            await self._event("Updated", "MeterValuePeriodic", "Charging")
        return None


class Answers:
    """What a library's object answers; mixed into the one of each version."""

    def __init__(self, identity: str, tap: Tap, charger: V2Charger) -> None:
        super().__init__(identity, tap)  # type: ignore[call-arg]  # the library's own class comes after this one
        self._charger = charger
        self._result = charger.call_result

    @on("GetVariables")
    def get_variables(self, get_variable_data: list[dict[str, Any]]) -> Any:
        results = []
        for wanted in get_variable_data:
            value = self._charger.variables.get((wanted["component"]["name"], wanted["variable"]["name"]))
            status = "UnknownVariable" if value is None else "Accepted"
            results.append(wanted | {"attribute_status": status, "attribute_value": value})
        return self._result.GetVariables(get_variable_result=results)

    @on("SetVariables")
    def set_variables(self, set_variable_data: list[dict[str, Any]]) -> Any:
        results = []
        for wanted in set_variable_data:
            key = wanted["component"]["name"], wanted["variable"]["name"]
            known = key in self._charger.variables
            if known:
                self._charger.variables[key] = wanted["attribute_value"]
            results.append(
                {
                    "attribute_status": "Accepted" if known else "UnknownVariable",
                    "component": wanted["component"],
                    "variable": wanted["variable"],
                }
            )
        return self._result.SetVariables(set_variable_result=results)

    @on("TriggerMessage")
    def trigger_message(self, requested_message: str, **_: Any) -> Any:
        # Of no transaction there is nothing to tell.
        idle = requested_message == "TransactionEvent" and self._charger.transaction_id is None
        return self._result.TriggerMessage(status="Rejected" if idle else "Accepted")

    @after("TriggerMessage")
    async def after_trigger_message(self, requested_message: str, **_: Any) -> None:
        jobs: dict[str, Any] = {
            "BootNotification": self._charger.boot,
            "StatusNotification": self._charger.tell_status,
            "MeterValues": self._charger.meter,
            "TransactionEvent": self._charger.meter,
        }
        self._charger.soon(jobs[requested_message])

    @on("SetChargingProfile")
    def set_charging_profile(self, charging_profile: dict[str, Any], **_: Any) -> Any:
        profile = charging_profile
        if profile["charging_profile_purpose"] == "TxProfile" and (
            profile.get("transaction_id") != self._charger.transaction_id
        ):
            return self._result.SetChargingProfile(status="Rejected")
        (schedule,) = profile["charging_schedule"]
        self._charger.install(profile["id"], read_profile(profile, schedule))
        return self._result.SetChargingProfile(status="Accepted")

    @on("ClearChargingProfile")
    def clear_charging_profile(self, charging_profile_id: int, **_: Any) -> Any:
        gone = self._charger.profiles.pop(charging_profile_id, None)
        return self._result.ClearChargingProfile(status="Unknown" if gone is None else "Accepted")

    @on("RequestStartTransaction")
    def request_start_transaction(self, **_: Any) -> Any:
        return self._result.RequestStartTransaction(status="Accepted")

    @after("RequestStartTransaction")
    async def after_request_start_transaction(self, id_token: dict[str, Any], **_: Any) -> None:
        self._charger.soon(lambda: self._charger.start(id_token["id_token"]))

    @on("RequestStopTransaction")
    def request_stop_transaction(self, transaction_id: str) -> Any:
        fits = transaction_id == self._charger.transaction_id
        return self._result.RequestStopTransaction(status="Accepted" if fits else "Rejected")

    @after("RequestStopTransaction")
    async def after_request_stop_transaction(self, **_: Any) -> None:
        self._charger.soon(self._charger.stop)
