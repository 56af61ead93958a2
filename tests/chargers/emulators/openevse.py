"""An OpenEVSE by its API description (openevse_esp32_firmware: `api.yml`, `models/Status.yaml`, `models/Properties.yaml`)."""

from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_STATES = {EvState.A: 1, EvState.B: 2, EvState.C: 3, EvState.D: 4, EvState.F: 7}
_SLEEPING = 254


class OpenEvseEmulator(WebEmulator):
    """A manual override replaces the one before, and ends when the car leaves if it is to release itself."""

    def __init__(self) -> None:
        super().__init__()
        self.manual: dict[str, Any] | None = None
        self.default_a = 6
        self.three_phase = True
        self.tells_vehicle = True
        self.old = False
        self.raw_state: int | None = None

    @override
    def routes(self) -> list[web.RouteDef]:
        routes = [web.get("/status", self._status), web.get("/config", self._config)]
        overriding = [web.get("/override", self._overridden), web.post("/override", self._override)]
        return routes if self.old else [*routes, *overriding]

    @override
    def restart(self) -> None:
        super().restart()
        self.manual = None

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.manual = {"state": "active", "charge_current": int(limit_a)}

    async def _config(self, _: web.Request) -> web.StreamResponse:
        answer = {"firmware": "7.1.3", "version": "4.2.2", "buildenv": "openevse_wifi_v1"}
        return web.json_response(answer | {"is_threephase": self.three_phase})

    def _pilot(self) -> int:
        return int((self.manual or {}).get("charge_current", self.default_a))

    async def _status(self, _: web.Request) -> web.StreamResponse:
        paused = (self.manual or {}).get("state") == "disabled"
        answer: dict[str, Any] = {
            "mode": "STA",
            "amp": self.current_a * 1000,
            "voltage": 230,
            "power": self.power_w,
            "pilot": self._pilot(),
            "state": self.raw_state or (_SLEEPING if paused else _STATES[self.state]),
            "session_energy": (self.register_kwh - self.plugged_at_kwh) * 1000,
            "total_energy": self.register_kwh,
            "manual_override": 0 if self.manual is None else 1,
        }
        if self.tells_vehicle:
            answer["vehicle"] = 0 if self.state is EvState.A else 1
        return web.json_response(answer)

    async def _overridden(self, _: web.Request) -> web.StreamResponse:
        return web.json_response(self.manual or {})

    async def _override(self, request: web.Request) -> web.StreamResponse:
        if self.refusing:
            return web.json_response({"msg": "Failed to claim manual override"}, status=500)
        self.manual = await request.json()
        paused = self.manual.get("state") == "disabled"
        self.take(0.0 if paused else float(self._pilot()))
        return web.json_response({"msg": "Created"}, status=201)
