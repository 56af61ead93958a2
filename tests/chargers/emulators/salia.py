"""A Salia by its interface as evcc and OpenEMS use it, and as owners saw theirs answer.

OpenEMS has the answer of one with 1.50.0, evcc's issue 10885 that of one with 2.0, and 24615 that of one with 2.3.12.
"""

import asyncio
from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .watchdog import Dog
from .web import WebEmulator

_ELSEWHERE = (2, 3, 64)


class SaliaEmulator(WebEmulator):
    """`/api` tells all, as texts; one key at a time is written, by PUT or, from 2.3.64 on, by POST elsewhere.

    From 2.0 on what was set is told as `extctrl_limit`, and what is offered is 0 while there is nobody to offer it to.
    """

    def __init__(self) -> None:
        super().__init__()
        self.watchdog_s = 0.6
        self.dog = Dog(self._fall_back)
        self.version = "2.3.81"
        self.mode, self.limit, self.paused = "manual", 6, 0
        self.most_a = 16
        """What another limit of its own lets it offer."""
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

    @property
    def _firmware(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.partition("-")[0].split("."))

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
        offers = self.state.vehicle_connected and not self.paused
        port: dict[str, Any] = {
            "ci": {
                "charge": {"cp": {"status": self.state.value.upper() if self.status is None else self.status}},
                "evse": {
                    "basic": {
                        "grid_current_limit": {"actual": "16"},
                        "offered_current_limit": str(float(min(self.limit, self.most_a)) if offers else 0.0),
                    }
                },
            },
            "salia": salia,
            "metering": self._metering(),
            "ev_present": str(int(self.state is not EvState.A)),
        }
        if self._firmware >= (2,):
            salia["extctrl_limit"] = str(self.limit)
        else:
            port["grid_current_limit"] = str(self.limit)
        device = {"modelname": "cPH2", "software_version": self.version}
        return web.json_response({"device": device, "secc": {"port0": port}})

    async def _put(self, request: web.Request) -> web.StreamResponse:
        return self._set(await request.json()) if self._firmware < _ELSEWHERE else web.Response(status=404)

    async def _save(self, request: web.Request) -> web.StreamResponse:
        return self._set(await request.json()) if self._firmware >= _ELSEWHERE else web.Response(status=404)

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
