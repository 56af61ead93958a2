"""A charging station that speaks OCPP 1.6J over a real WebSocket, as lightly as it can: a thousand share one process."""

import asyncio
import base64
import json
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

type Payload = dict[str, Any]

CONNECTOR: Final = 1
SAMPLE_S: Final = 10
"""Meter values come each 10 s; it takes no shorter interval."""
ANSWER_S: Final = 30.0
VALID_S: Final = 60
"""How long a limit holds that the csms sends for a transaction."""

MEASURANDS: Final = "Current.Import,Power.Active.Import,Energy.Active.Import.Register"
_BOOT: Final = {
    "chargePointVendor": "Bench",
    "chargePointModel": "Three phases",
    "chargePointSerialNumber": "0001",
    "firmwareVersion": "1.0.0",
}
_FACTORY: Final = {
    "SupportedFeatureProfiles": "Core,SmartCharging,RemoteTrigger",
    "ChargeProfileMaxStackLevel": "8",
    "ChargingScheduleAllowedChargingRateUnit": "Current",
    "ChargingScheduleMaxPeriods": "24",
    "MaxChargingProfilesInstalled": "8",
    "NumberOfConnectors": "1",
    "MeterValuesSampledData": "Energy.Active.Import.Register",
    "MeterValueSampleInterval": "60",
    "HeartbeatInterval": "60",
}


def key_of(identity: str) -> str:
    """The key a station authenticates with (security profile 1)."""
    return f"key of {identity}"


class Lost(Exception):  # noqa: N818 it is the connection that is
    """The connection is gone, or the csms did not answer, or answered with an error."""


class Station:
    """One station with one connector. It answers whatever it is asked; what it says is up to who holds it."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.transaction_id: int | None = None
        self.limit_a = 0.0
        """The last limit it was told, A."""
        self._configuration = dict(_FACTORY)
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._asked: tuple[str, asyncio.Future[Payload]] | None = None
        self._number = 0
        self._errands: set[asyncio.Task[None]] = set()

    async def connect(self, port: int) -> None:
        """Open a connection. Raises `Lost`."""
        secret = base64.b64encode(f"{self.identity}:{key_of(self.identity)}".encode()).decode()
        try:
            socket = await connect(
                f"ws://127.0.0.1:{port}/{self.identity}",
                subprotocols=[Subprotocol("ocpp1.6")],
                additional_headers={"Authorization": f"Basic {secret}"},
                compression=None,
                ping_interval=None,
                proxy=None,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Lost(str(error)) from error
        self._turn, self._asked, self._socket = asyncio.Lock(), None, socket
        self._reader = asyncio.create_task(self._read(socket))

    async def boot(self) -> None:
        """Say what it is, and what its connector does."""
        await self.call("BootNotification", _BOOT)
        await self.status(0)
        await self.status(CONNECTOR)

    async def start(self) -> None:
        """Begin to charge."""
        started = {"connectorId": CONNECTOR, "idTag": "BENCH", "meterStart": 1000, "timestamp": _now()}
        answer = await self.call("StartTransaction", started)
        self.transaction_id = int(answer["transactionId"])
        await self.status(CONNECTOR)

    async def status(self, connector_id: int = CONNECTOR) -> None:
        """Tell the state of a connector."""
        charging = connector_id == CONNECTOR and self.transaction_id is not None
        state = "Charging" if charging else "Available"
        told = {"connectorId": connector_id, "errorCode": "NoError", "status": state, "timestamp": _now()}
        await self.call("StatusNotification", told)

    async def heartbeat(self) -> None:
        """Show that it lives."""
        await self.call("Heartbeat", {})

    async def meter(self) -> None:
        """Tell what it measures: three currents, power and the register."""
        current_a = self.limit_a * 0.95
        sampled = [
            _sample(f"{current_a:.2f}", "Current.Import", "A", "L1"),
            _sample(f"{current_a:.2f}", "Current.Import", "A", "L2"),
            _sample(f"{current_a:.2f}", "Current.Import", "A", "L3"),
            _sample(f"{current_a * 690:.1f}", "Power.Active.Import", "W"),
            _sample(str(1000 + self._number), "Energy.Active.Import.Register", "Wh"),
        ]
        told: Payload = {"connectorId": CONNECTOR, "meterValue": [{"timestamp": _now(), "sampledValue": sampled}]}
        if self.transaction_id is not None:
            told["transactionId"] = self.transaction_id
        await self.call("MeterValues", told)

    async def call(self, action: str, payload: Payload) -> Payload:
        """Ask the csms, one thing at a time; returns its answer. Raises `Lost`."""
        async with self._turn:
            socket = self._socket
            if socket is None:
                raise Lost("not connected")
            self._number += 1
            unique_id = f"{self._number}"
            self._asked = unique_id, asyncio.get_running_loop().create_future()
            try:
                await socket.send(_text([2, unique_id, action, payload]))
                async with asyncio.timeout(ANSWER_S):
                    return await self._asked[1]
            except (TimeoutError, WebSocketException) as error:
                raise Lost(f"{action}: {error!r}") from error

    def reset(self) -> None:
        """Break the connection off, as a process that is killed does: the csms notices at once."""
        if self._socket is not None:
            self._socket.transport.abort()

    def vanish(self) -> ClientConnection | None:
        """Leave the connection as it is, as behind a router that was switched off: the csms notices nothing.

        Returns what holds it open.
        """
        socket, self._socket = self._socket, None
        if self._reader is not None:
            self._reader.cancel()
        if socket is not None:
            socket.transport.pause_reading()
        return socket

    async def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.close()

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                await self._take(socket, json.loads(text))
        except WebSocketException:
            pass
        finally:
            if self._socket is socket:
                self._socket = None
                if self._asked is not None and not self._asked[1].done():
                    self._asked[1].set_exception(Lost("the connection closed"))

    async def _take(self, socket: ClientConnection, message: list[Any]) -> None:
        match message:
            case [2, unique_id, action, payload]:
                await socket.send(_text([3, unique_id, self._answer(action, payload)]))
            case [kind, unique_id, *rest] if (waiting := self._waiting_for(unique_id)) is not None:
                if kind == 3:
                    waiting.set_result(rest[0])
                else:
                    waiting.set_exception(Lost(f"the csms answered with an error: {rest}"))

    def _waiting_for(self, unique_id: str) -> asyncio.Future[Payload] | None:
        if self._asked is None or self._asked[0] != unique_id or self._asked[1].done():
            return None
        return self._asked[1]

    def _answer(self, action: str, payload: Payload) -> Payload:
        match action:
            case "GetConfiguration":
                keys = payload.get("key") or list(self._configuration)
                known = [key for key in keys if key in self._configuration]
                return {
                    "configurationKey": [
                        {"key": key, "readonly": False, "value": self._configuration[key]} for key in known
                    ],
                    "unknownKey": [key for key in keys if key not in self._configuration],
                }
            case "ChangeConfiguration":
                return {"status": self._change(payload["key"], payload["value"])}
            case "SetChargingProfile":
                schedule = payload["csChargingProfiles"]["chargingSchedule"]
                self.limit_a = schedule["chargingSchedulePeriod"][0]["limit"]
            case "TriggerMessage":
                self._send_soon(payload["requestedMessage"])
        return {"status": "Accepted"}

    def _change(self, key: str, value: str) -> str:
        if key == "MeterValueSampleInterval" and int(value) < SAMPLE_S:
            return "Rejected"
        if key not in self._configuration:
            return "NotSupported"
        self._configuration[key] = value
        return "Accepted"

    def _send_soon(self, message: str) -> None:
        wanted = {"StatusNotification": self.status, "MeterValues": self.meter, "Heartbeat": self.heartbeat}
        if message in wanted:
            errand = asyncio.create_task(_unless_lost(wanted[message]()))
            self._errands.add(errand)
            errand.add_done_callback(self._errands.discard)


async def _unless_lost(sent: Coroutine[Any, Any, None]) -> None:
    with suppress(Lost):
        await sent


def _sample(value: str, measurand: str, unit: str, phase: str | None = None) -> Payload:
    sample = {"value": value, "context": "Sample.Periodic", "format": "Raw", "measurand": measurand}
    return sample | ({"phase": phase} if phase else {}) | {"location": "Outlet", "unit": unit}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(message: list[Any]) -> str:
    return json.dumps(message, separators=(",", ":"))
