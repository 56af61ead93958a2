"""A Salia by its interface as evcc and OpenEMS use it."""

import asyncio
from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .watchdog import Dog
from .web import WebEmulator


class SaliaEmulator(WebEmulator):
    """`/api` tells all, as texts; one key at a time is written, by PUT or, with newer firmware, by POST elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.watchdog_s = 0.6
        self.dog = Dog(self._fall_back)
        self.version = "1.52.0"
        self.mode, self.limit, self.paused = "manual", 6, 0
        self.has_pause, self.has_meter = True, True
        self.phase_switching = 3
        self.status: str | None = None
        self.toggles = 0

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api", self._get),
            web.put("/api/secc", self._put),
            web.post("/save_mqtt.php", self._save),
        ]

    @override
    async def stop(self) -> None:
        self.dog.stop()
        await super().stop()

    @override
    def restart(self) -> None:
        super().restart()
        self.limit, self.paused = 6, 0

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.limit, self.paused = int(limit_a), 0
        self.limit_a = limit_a

    @override
    async def fallen_back(self) -> None:
        async with asyncio.timeout(10 * self.watchdog_s):
            await self.dog.barked.wait()

    def _fall_back(self) -> None:
        self.limit, self.limit_a = 6, 6.0

    def _metering(self) -> dict[str, Any]:
        def actual(value: float) -> dict[str, str]:
            return {"actual": str(value)}

        return {
            "meter": {"type": "klefr_693x", "available": "1" if self.has_meter else "0"},
            "power": {"active_total": actual(self.power_w * 10)},
            "energy": {"active_import": actual(self.register_kwh * 1000)},
            "current": {
                "ac": {
                    f"l{number + 1}": actual(self.current_a * 1000 if number < self.phases else 0)
                    for number in range(3)
                }
            },
        }

    async def _get(self, _: web.Request) -> web.StreamResponse:
        salia: dict[str, Any] = {"chargemode": self.mode}
        if self.has_pause:
            salia["pausecharging"] = str(self.paused)
        if self.phase_switching:
            salia["phase_switching"] = {"actual": str(self.phase_switching)}
        port = {
            "ci": {
                "charge": {"cp": {"status": self.state.value.upper() if self.status is None else self.status}},
                "evse": {"basic": {"offered_current_limit": str(self.limit)}},
            },
            "salia": salia,
            "metering": self._metering(),
            "ev_present": str(int(self.state is not EvState.A)),
            "grid_current_limit": str(self.limit),
        }
        device = {"modelname": "cPH2", "software_version": self.version}
        return web.json_response({"device": device, "secc": {"port0": port}})

    async def _put(self, request: web.Request) -> web.StreamResponse:
        return self._set(await request.json()) if self.version < "2.3" else web.Response(status=404)

    async def _save(self, request: web.Request) -> web.StreamResponse:
        return self._set(await request.json()) if self.version >= "2.3" else web.Response(status=404)

    def _set(self, wanted: dict[str, str]) -> web.StreamResponse:
        if self.refusing:
            return web.json_response({"result": "error"})
        ((key, value),) = wanted.items()
        match key:
            case "salia/heartbeat":
                self.dog.watching = True
            case "salia/chargemode":
                self.mode = value
            case "salia/pausecharging":
                self.paused = int(value)
            case "salia/phase_switching/setphase":
                self.toggles += 1
                self.phase_switching = self.phases = 4 - self.phase_switching
            case "grid_current_limit":
                self.limit = int(value)
                self.take(float(value))
        self.dog.sign(self.watchdog_s)
        return web.json_response({"result": "ok"})
