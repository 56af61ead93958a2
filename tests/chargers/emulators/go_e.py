"""A go-e charger by its API documentation (go-eCharger-API-v2: `apikeys-en.md`, `http-en.md`)."""

import json
from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_CAR = {EvState.A: 1, EvState.B: 4, EvState.C: 2, EvState.F: 5}


class GoEEmulator(WebEmulator):
    """`/api/status` filters by keys, `/api/set` takes JSON values and answers each with true, or why not."""

    def __init__(self) -> None:
        super().__init__()
        self.amp, self.frc, self.psm = 6, 0, 2
        self.api_on = True

    @override
    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/status", self._status), web.get("/api/set", self._set)]

    @override
    def restart(self) -> None:
        super().restart()
        self.amp, self.frc, self.psm = 6, 0, 2

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.amp, self.frc = int(limit_a), 0

    def _all(self) -> dict[str, Any]:
        phases = 1 if self.psm == 1 else 3
        amps = [self.current_a] * phases + [0.0] * (3 - phases)
        watts = [230 * current_a for current_a in amps]
        return {
            "car": _CAR[self.state],
            "alw": self.frc != 1,
            "amp": self.amp,
            "frc": self.frc,
            "psm": self.psm,
            "nrg": [230, 230, 230, 1, *amps, *watts, 0, sum(watts), 100, 100, 100, 0],
            "eto": round(self.register_kwh * 1000),
            "wh": (self.register_kwh - self.plugged_at_kwh) * 1000,
            "err": 0 if self.state is not EvState.F else 8,
            "ama": 16,
            "fwv": "60.4",
            "typ": "go-eCharger_V5",
            "sse": "123456",
        }

    async def _status(self, request: web.Request) -> web.StreamResponse:
        if not self.api_on:
            raise web.HTTPNotFound
        keys = request.query.get("filter", "").split(",")
        return web.json_response({key: value for key, value in self._all().items() if key in keys})

    async def _set(self, request: web.Request) -> web.StreamResponse:
        answer: dict[str, Any] = {}
        for key, word in request.query.items():
            value = json.loads(word)
            if self.refusing or (key == "amp" and not 6 <= value <= 32) or key not in {"amp", "frc", "psm"}:
                answer[key] = f"{key} is not allowed"
                continue
            setattr(self, key, value)
            answer[key] = True
        if True in answer.values():
            self.take(0.0 if self.frc == 1 else float(self.amp))
        return web.json_response(answer)
