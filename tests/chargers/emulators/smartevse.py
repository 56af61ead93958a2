"""A SmartEVSE-3 by its REST documentation (SmartEVSE-3, `docs/REST_API.md`)."""

import asyncio
from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_STATES = {EvState.A: 0, EvState.B: 1, EvState.C: 2, EvState.D: 3}
_MODES = {0: "OFF", 1: "NORMAL", 2: "SOLAR", 3: "SMART", 4: "PAUSE"}
_C2 = {"0": "Not present", "1": "Always Off", "2": "Solar Off", "3": "Always On", "4": "Auto"}
_NO = "Value not allowed!"


class SmartEvseEmulator(WebEmulator):
    """`/settings` is read by GET and written by POST with a query; a POST without a length waits for its body for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.mode_id, self.override_ma100, self.c2 = 1, 60, "3"
        self.knows_pause = True
        self.tells_wh = True
        self.meter = "Eastron3P"
        self.error_id = 0
        self.raw: dict[str, Any] = {}

    @override
    def routes(self) -> list[web.RouteDef]:
        return [web.get("/settings", self._get), web.post("/settings", self._post)]

    @override
    def restart(self) -> None:
        super().restart()
        self.mode_id, self.override_ma100 = 1, 60

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.mode_id, self.override_ma100 = 1, int(limit_a * 10)

    def _ev_meter(self) -> dict[str, Any]:
        session_kwh = self.register_kwh - self.plugged_at_kwh
        amps = {f"L{number + 1}": self.current_a * 10 if number < self.phases else 0 for number in range(3)}
        meter: dict[str, Any] = {
            "description": self.meter,
            "import_active_power": self.power_w,
            "currents": {"TOTAL": self.current_a * 10 * self.phases, **amps},
        }
        if self.tells_wh:
            return meter | {"total_wh": self.register_kwh * 1000, "charged_wh": session_kwh * 1000}
        return meter | {"total_kwh": self.register_kwh, "charged_kwh": session_kwh}

    async def _get(self, _: web.Request) -> web.StreamResponse:
        answer = {
            "version": "3.6.10",
            "mode": _MODES[self.mode_id],
            "mode_id": self.mode_id,
            "car_connected": self.state is not EvState.A,
            "evse": {
                "state": "Charging",
                "state_id": _STATES[self.state],
                "error": "None" if self.error_id == 0 else "Temperature",
                "error_id": self.error_id,
            },
            "settings": {
                "charge_current": self.override_ma100,
                "override_current": self.override_ma100,
                "current_min": 6,
                "current_max": 16,
                "enable_C2": _C2[self.c2],
            },
            "ev_meter": self._ev_meter(),
        }
        return web.json_response(answer | self.raw)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        if "Content-Length" not in request.headers:
            await asyncio.sleep(60)
        answer: dict[str, Any] = {}
        query = request.query
        if "mode" in query:
            known = query["mode"] in {"0", "1", "2", "3"} or (query["mode"] == "4" and self.knows_pause)
            answer["mode"] = query["mode"] if known and not self.refusing else _NO
            if answer["mode"] != _NO:
                self.mode_id = int(query["mode"])
        if "override_current" in query and self.mode_id in {1, 3}:
            wanted = int(query["override_current"])
            allowed = not self.refusing and (wanted == 0 or 60 <= wanted <= 160)
            answer["override_current"] = wanted if allowed else _NO
            if allowed:
                self.override_ma100 = wanted
        if "enable_C2" in query:
            self.c2 = query["enable_C2"]
            self.phases = 1 if self.c2 == "1" else 3
            answer["settings"] = {"enable_C2": _C2[self.c2]}
        if "mode" in query and _NO not in answer.values():
            self.take(0.0 if self.mode_id in {0, 4} else self.override_ma100 / 10)
        return web.json_response(answer)
