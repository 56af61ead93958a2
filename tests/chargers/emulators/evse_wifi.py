"""An EVSE-WiFi by its API documentation and its firmware (SimpleEVSE-WiFi, README and `main.cpp`)."""

import asyncio
from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .watchdog import Dog
from .web import WebEmulator

_STATES = {EvState.A: 1, EvState.B: 2, EvState.C: 3, EvState.D: 4, EvState.F: 5, EvState.E: 9}


class EvseWifiEmulator(WebEmulator):
    """`/getParameters` tells all in a list of one, `/setCurrent` answers S0_, or E0_ to E2_ and why not.

    In its mode "remote" it pauses when nobody asks for the parameters, and goes on as before when somebody does again. What
    is neither in amperes nor in hundredths of them, but more than its most, is taken for its most.
    """

    def __init__(self) -> None:
        super().__init__()
        self.watchdog_s = 0.1
        self.dog = Dog(self._fall_back)
        self.before_ma100 = 0
        self.mode: str | None = "alwaysActive"
        """What `/evseHost` says it is; None: that is not there yet."""
        self.current_ma100 = 600
        self.always_active, self.fine, self.use_meter = True, True, True
        self.raw: dict[str, Any] = {}

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/getParameters", self._get),
            web.get("/setCurrent", self._set),
            web.get("/evseHost", self._host),
        ]

    @override
    async def stop(self) -> None:
        self.dog.stop()
        await super().stop()

    @override
    async def fallen_back(self) -> None:
        async with asyncio.timeout(10 * self.watchdog_s):
            await self.dog.barked.wait()

    def _fall_back(self) -> None:
        self.before_ma100, self.current_ma100, self.limit_a = self.current_ma100, 0, 0.0

    def _wake(self) -> None:
        if self.dog.barked.is_set():
            self.current_ma100, self.limit_a = self.before_ma100, self.before_ma100 / 100
        self.dog.watching = self.mode == "remote"
        self.dog.sign(self.watchdog_s)

    @override
    def restart(self) -> None:
        super().restart()
        self.current_ma100 = 600

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.current_ma100 = int(limit_a * 100)

    async def _host(self, _: web.Request) -> web.StreamResponse:
        if self.mode is None:
            raise web.HTTPNotFound
        return web.json_response({"type": "evseHost", "list": [{"opMode": self.mode, "firmware": "2.1.2"}]})

    async def _get(self, _: web.Request) -> web.StreamResponse:
        metered = self.use_meter
        entry: dict[str, Any] = {
            "vehicleState": _STATES[self.state],
            "evseState": self.current_ma100 > 0,
            "maxCurrent": 16,
            "actualCurrent": self.current_ma100 // 100,
            "actualPower": self.power_w / 1000 if metered else 0,
            "duration": 1821561,
            "alwaysActive": self.always_active,
            "useMeter": self.use_meter,
            "energy": self.register_kwh - self.plugged_at_kwh if metered else 0,
            "meterReading": self.register_kwh if metered else 0,
            "currentP1": self.current_a if metered else 0,
            "currentP2": self.current_a if metered else 0,
            "currentP3": self.current_a if metered else 0,
        }
        if self.fine:
            entry["actualCurrentMA"] = self.current_ma100
        # Up to a second later than it was asked.
        self._wake()
        return web.json_response({"type": "parameters", "list": [entry]} | self.raw)

    async def _set(self, request: web.Request) -> web.StreamResponse:
        if self.refusing:
            return web.Response(text="E0_could not set current - internal error")
        wanted, most = int(request.query["current"]), 16
        if not (6 <= wanted <= most or 600 <= wanted <= 100 * most or wanted == 0):
            if wanted < most:
                return web.Response(text="E1_could not set current - give a value between 6 and 16")
            wanted = most
        self.current_ma100 = wanted * (100 if wanted < 64 else 1)
        if not self.fine:
            self.current_ma100 -= self.current_ma100 % 100
        self.take(self.current_ma100 / 100)
        return web.Response(text="S0_set current to given value")
