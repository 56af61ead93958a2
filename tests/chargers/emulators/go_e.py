"""A go-e charger by its API documentation (go-eCharger-API-v2: `apikeys-en.md`, `http-en.md`).

What it answers besides 200 was seen on real ones: go-eCharger-API-v2, issues 4 (500) and 312 (400).
"""

import json
from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_CAR = {EvState.A: 1, EvState.B: 4, EvState.C: 2, EvState.F: 5}


class GoEEmulator(WebEmulator):
    """`/api/status` filters by keys, `/api/set` takes JSON values and answers each with true, or why not.

    What it does not do as a whole is no 200, and tells in its body what it did all the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.amp, self.frc, self.psm = 6, 0, 2
        self.api_on = True
        self.missing: set[str] = set()
        """Keys that this model has not."""
        self.stuck: set[str] = set()
        """Keys that it does not take now."""
        self.raw: dict[str, Any] = {}

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
            "var": 11,
        } | self.raw

    async def _status(self, request: web.Request) -> web.StreamResponse:
        if not self.api_on:
            raise web.HTTPNotFound
        told = {key: value for key, value in self._all().items() if key not in self.missing}
        keys = set(request.query["filter"].split(",")) if "filter" in request.query else told.keys()
        told = {key: value for key, value in told.items() if key in keys}
        return web.json_response(told, status=200 if told.keys() == keys else 400)

    async def _set(self, request: web.Request) -> web.StreamResponse:
        answer: dict[str, Any] = {}
        for key, word in request.query.items():
            value = json.loads(word)
            known = key in {"amp", "frc", "psm"} - self.missing - self.stuck
            if self.refusing or not known or (key == "amp" and not 6 <= value <= 32):
                answer[key] = f"{key}: tried to set api key without setter ({word})"
                continue
            setattr(self, key, value)
            answer[key] = True
        if True in {answer.get("amp"), answer.get("frc")}:
            self.take(0.0 if self.frc == 1 else float(self.amp))
        return web.json_response(answer, status=200 if {*answer.values()} == {True} else 500)
