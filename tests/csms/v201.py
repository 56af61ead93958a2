"""What a station of OCPP 2.0.1 or 2.1 says and answers, for tests: words for a `Peer`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from custom_components.smart_charging.csms.server import CentralSystem
from custom_components.smart_charging.csms.timestamps import format_timestamp

from .peer import Json, Peer, station_at


def connect(csms: CentralSystem, version: str = "2.0.1") -> AbstractAsyncContextManager[Peer]:
    return station_at(csms.port, subprotocols=(f"ocpp{version}",))


async def boot(peer: Peer) -> dict[str, Json]:
    station = {"vendorName": "Acme", "model": "Two", "serialNumber": "S2", "firmwareVersion": "2.1.0"}
    return await peer.call("BootNotification", reason="PowerUp", chargingStation=station)


async def plug(peer: Peer, state: str, evse: int = 1, connector: int = 1) -> None:
    await peer.call(
        "StatusNotification",
        timestamp="2026-06-01T10:00:00Z",
        connectorStatus=state,
        evseId=evse,
        connectorId=connector,
    )


def values(register_wh: float, current_a: float = 0.0) -> list[Json]:
    """A meterValue list: the register, and the same current on three phases."""
    sampled: list[Json] = [{"value": register_wh, "measurand": "Energy.Active.Import.Register"}]
    sampled += [{"value": current_a, "measurand": "Current.Import", "phase": phase} for phase in ("L1", "L2", "L3")]
    return [{"timestamp": "2026-06-01T10:00:00Z", "sampledValue": sampled}]


async def event(peer: Peer, kind: str, number: int, state: str | None = None, **payload: Json) -> dict[str, Json]:
    """Send a TransactionEvent of transaction T1 on EVSE 1."""
    info: dict[str, Json] = {"transactionId": payload.pop("transaction_id", "T1")}
    if state is not None:
        info["chargingState"] = state
    if kind == "Ended":
        info["stoppedReason"] = payload.pop("reason", "EVDisconnected")
    at: datetime | None = payload.pop("at", None)
    base: dict[str, Json] = {
        "eventType": kind,
        "timestamp": format_timestamp(at) if at else "2026-06-01T10:00:00Z",
        "triggerReason": "ChargingStateChanged",
        "seqNo": number,
        "transactionInfo": info,
    }
    if kind == "Started":
        base["evse"] = {"id": 1, "connectorId": 1}
    return await peer.call("TransactionEvent", **base | payload)


def variables(known: dict[str, str]) -> Callable[[Json], Json]:
    """Answers GetVariables from what is known."""

    def answer(payload: Json) -> Json:
        results = []
        for wanted in payload["getVariableData"]:
            key = f"{wanted['component']['name']}.{wanted['variable']['name']}"
            status = "Accepted" if key in known else "UnknownVariable"
            value = {"attributeValue": known[key]} if key in known else {}
            results.append(wanted | {"attributeStatus": status} | value)
        return {"getVariableResult": results}

    return answer


def setting(status: str) -> Callable[[Json], Json]:
    """Answers SetVariables with a status."""
    return lambda payload: {
        "setVariableResult": [
            {"attributeStatus": status, "component": entry["component"], "variable": entry["variable"]}
            for entry in payload["setVariableData"]
        ]
    }
