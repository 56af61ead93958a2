"""An openWB Pro by what openWB's own software says and expects of it (openWB/core, chargepoints/openwb_pro and its tests)."""

import asyncio
from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .watchdog import Dog
from .web import WebEmulator


class OpenWbProEmulator(WebEmulator):
    """One address: GET tells all, POST takes a form. Once its heartbeat is on, it pauses when nobody asks it."""

    def __init__(self) -> None:
        super().__init__()
        self.watchdog_s = 0.6
        self.dog = Dog(self._fall_back)
        self.raw: dict[str, Any] = {}

    @override
    def routes(self) -> list[web.RouteDef]:
        return [web.get("/connect.php", self._get), web.post("/connect.php", self._post)]

    @override
    async def stop(self) -> None:
        self.dog.stop()
        await super().stop()

    @override
    def restart(self) -> None:
        super().restart()
        self.dog.watching = False

    @override
    async def fallen_back(self) -> None:
        async with asyncio.timeout(10 * self.watchdog_s):
            await self.dog.barked.wait()

    def _fall_back(self) -> None:
        self.limit_a = 0.0

    async def _get(self, _: web.Request) -> web.StreamResponse:
        self.dog.sign(self.watchdog_s)
        answer: dict[str, Any] = {
            "date": "2023:01:30-18:48:31",
            "timestamp": 1675104511,
            "powers": [self.current_a * 230] * self.phases,
            "power_all": self.power_w,
            "currents": [self.current_a] * self.phases + [0] * (3 - self.phases),
            "imported": self.register_kwh * 1000,
            "exported": 0,
            "plug_state": self.state is not EvState.A,
            "charge_state": self.state is EvState.C,
            "phases_actual": self.phases if self.state is EvState.C else 0,
            "phases_target": self.phases,
            "phases_in_use": self.phases,
            "offered_current": self.limit_a,
            "evse_signaling": "basic iec61851",
            "v2g_ready": 0,
            "vehicle_id": None,
            "serial": "823950",
        } | self.raw
        return web.json_response(answer)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        if self.refusing:
            return web.Response(status=400)
        if "heartbeatenabled" in form:
            self.dog.watching = form["heartbeatenabled"] == "1"
        if "ampere" in form:
            self.take(float(str(form["ampere"])))
        if "phasetarget" in form:
            self.phases = int(str(form["phasetarget"]))
        self.dog.sign(self.watchdog_s)
        return web.Response()
