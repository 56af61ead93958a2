"""A Fronius Wattpilot by the messages that joscha82/wattpilot wrote down, and by what a Flex was seen to say.

It checks by itself who signs in, and what is signed: nothing here is taken from our driver.
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any, override

import bcrypt
from aiohttp import WSMsgType, web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

PASSWORD = "sunny side"
_CAR = {EvState.A: 1, EvState.B: 3, EvState.C: 2, EvState.F: 5}
_PUSHES_EACH_S = 0.005
_THINKS_S = 0.001
"""In which a second request would be seen."""
_DIGITS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def _bcrypt_salt(serial: str) -> str:
    """Sixteen bytes, the last of them the digits, six bits a sign."""
    bits = "".join(f"{int(digit):08b}" for digit in serial.rjust(16, "0")).ljust(132, "0")
    return "$2a$08$" + "".join(_DIGITS[int(bits[at : at + 6], 2)] for at in range(0, 132, 6))


@cache
def shared_key(password: str, serial: str, kind: str) -> bytes:
    """What both sides make of the password."""
    if kind == "bcrypt":
        salt = _bcrypt_salt(serial)
        whole = bcrypt.hashpw(hashlib.sha256(password.encode()).hexdigest().encode(), salt.encode())
        return whole.removeprefix(salt.encode())
    return b64encode(hashlib.pbkdf2_hmac("sha512", password.encode(), serial.encode(), 100_000, 256))[:32]


class WattpilotEmulator(WebEmulator):
    """On `/ws` it says hello, asks for the password, tells its status in parts, and then each change of it."""

    def __init__(self, device_type: str = "wattpilot_flex", kind: str = "bcrypt") -> None:
        super().__init__()
        self.kind = kind
        self.serial = "10000001"
        self.hello: dict[str, Any] = {"devicetype": device_type, "secured": True}
        self.challenge: dict[str, Any] = {"hash": kind}
        self.asks_for_password = True
        self.amp, self.frc, self.psm, self.lmo = 6, 0, 2, 3
        self.raw: dict[str, Any] = {}
        self.talks = 0
        """How many are signed in."""
        self.signed_in = 0
        """How many did so until now."""
        self.answers_pings = True
        self.names_refused = True
        self.told: list[str] = []
        self._transports: set[asyncio.Transport] = set()

    @override
    def routes(self) -> list[web.RouteDef]:
        return [web.get("/ws", self._talk)]

    @override
    @web.middleware
    async def _misbehave(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """What it does wrong it does in its messages."""
        answer: web.StreamResponse = await handler(request)
        return answer

    @override
    async def start(self) -> None:
        # Nobody waits for the hash, which it has in its memory.
        with suppress(ValueError):
            shared_key(PASSWORD, self.serial, self.kind)
        await super().start()

    @override
    async def stop(self) -> None:
        self.ending.set()
        for transport in self._transports:
            transport.abort()
        await super().stop()

    @override
    def restart(self) -> None:
        super().restart()
        self.amp, self.frc, self.psm, self.lmo = 6, 0, 2, 3

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.amp, self.frc = int(limit_a), 0

    def _status(self) -> dict[str, Any]:
        phases = 1 if self.psm == 1 else 3
        amps = [self.current_a] * phases + [0.0] * (3 - phases)
        watts = [230 * current_a for current_a in amps]
        status = {
            "rfb": 1698,
            "alw": self.frc != 1,
            "acu": None,
            "amp": self.amp,
            "ama": 16,
            "typ": self.hello["devicetype"],
            "grp": "Wattpilot Flex Home 22 C6",
            "fwv": "43.4",
            "car": _CAR.get(self.state),
            "frc": self.frc,
            "lmo": self.lmo,
            "psm": self.psm,
            "nrg": [230.0, 230.1, 229.9, 0.0, *amps, *watts, 0, sum(watts), 0, 0, 0, 0],
            "eto": round(self.register_kwh * 1000),
            "wh": (self.register_kwh - self.plugged_at_kwh) * 1000,
            "err": 8 if self.state is EvState.F else 0,
        }
        return {key: value for key, value in (status | self.raw).items() if value != "left out"}

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        transport = request.transport
        assert isinstance(transport, asyncio.Transport)
        self._transports.add(transport)
        try:
            if self.silent:
                await self.ending.wait()
            await self._meet(socket)
        finally:
            self._transports.discard(transport)
        return socket

    async def _meet(self, socket: web.WebSocketResponse) -> None:
        hello = {"type": "hello", "serial": self.serial, "hostname": f"Wattpilot_{self.serial}", "version": "43.4"}
        await self._say(socket, {**hello, "manufacturer": "fronius", "protocol": 2, **self.hello})
        if self.asks_for_password and not await self._let_in(socket):
            return
        told = self._status()
        keys = [*told]
        for at in range(0, len(keys), 5):
            part = {key: told[key] for key in keys[at : at + 5]}
            await self._say(socket, {"type": "fullStatus", "partial": at + 5 < len(keys), "status": part})
        await self._say(socket, {"type": "clearInverters", "partial": True})
        self.talks += 1
        self.signed_in += 1
        try:
            async with asyncio.TaskGroup() as group:
                pushing = group.create_task(self._push(socket, told))
                async for frame in socket:
                    group.create_task(self._hear(socket, json.loads(frame.data), told))
                pushing.cancel()
        finally:
            self.talks -= 1

    async def _let_in(self, socket: web.WebSocketResponse) -> bool:
        token1, token2 = secrets.token_hex(16), secrets.token_hex(16)
        await self._say(socket, {"type": "authRequired", "token1": token1, "token2": token2, **self.challenge})
        frame = await socket.receive()
        if frame.type is not WSMsgType.TEXT:
            return False
        answer = json.loads(frame.data)
        assert answer["type"] == "auth"
        key = shared_key(PASSWORD, self.serial, self.kind)
        first = hashlib.sha256(token1.encode() + key).hexdigest()
        right: bool = hashlib.sha256((answer["token3"] + token2 + first).encode()).hexdigest() == answer["hash"]
        echo = {"token3": answer["token3"], "hash": answer["hash"]}
        if right:
            await self._say(socket, {"type": "authSuccess", **echo})
        else:
            await self._say(socket, {"type": "authError", **echo, "message": "Wrong password"})
        return right

    async def _push(self, socket: web.WebSocketResponse, told: dict[str, Any]) -> None:
        while True:
            await asyncio.sleep(_PUSHES_EACH_S)
            changed = {key: value for key, value in self._status().items() if told.get(key) != value}
            if changed and not self.silent:
                told.update(changed)
                await self._say(socket, {"type": "deltaStatus", "status": changed})

    async def _hear(self, socket: web.WebSocketResponse, message: Mapping[str, Any], told: dict[str, Any]) -> None:
        self.requests += 1
        if self.silent:
            return
        self.open_requests += 1
        self.most_open_requests = max(self.most_open_requests, self.open_requests)
        answer = await self._answer(message)
        self.open_requests -= 1
        if answer:
            told.update(answer.get("status", {}))
            await self._say(socket, {"type": "response", **answer})

    async def _answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        match message:
            case {"type": "securedMsg", "data": data, "hmac": signature, "requestId": wrapped}:
                key = shared_key(PASSWORD, self.serial, self.kind)
                right = hmac.new(key, data.encode(), hashlib.sha256).hexdigest()
                inner = json.loads(data)
                if not hmac.compare_digest(right, signature) or wrapped != f"{inner['requestId']}sm":
                    return {"requestId": wrapped, "success": False, "message": "wrong hmac"}
                return await self._set(inner)
            case {"type": "setValue"} if not self.hello["secured"]:
                return await self._set(message)
        said = {"success": False, "message": f'unknown message type="{message["type"]}"'}
        return said if self.answers_pings else {}

    async def _set(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(_THINKS_S)
        key, value, named = wanted["key"], wanted["value"], {"requestId": str(wanted["requestId"])}
        assert wanted["type"] == "setValue"
        if self.refusing or key not in {"amp", "frc", "psm", "lmo"} or (key == "amp" and not 6 <= value <= 32):
            return {**(named if self.names_refused else {}), "success": False, "message": f"{key} is not allowed"}
        self.told.append(f"{key}={value}")
        setattr(self, key, value)
        self.phases = 1 if self.psm == 1 else 3
        if key == "frc" or (key == "amp" and self.frc != 1):
            self.take(0.0 if self.frc == 1 else float(self.amp))
        return {**named, "success": True, "status": {key: value}}

    async def _say(self, socket: web.WebSocketResponse, message: Mapping[str, Any]) -> None:
        with suppress(ConnectionError):
            if self.garbage is None:
                await socket.send_json(message)
            else:
                await socket.send_frame(self.garbage, WSMsgType.TEXT)
