"""A go-e charger by its HTTP API v2 (go-eCharger-API-v2: apikeys-en.md, http-en.md)."""

import json
from typing import Any, Final, override

from aiohttp import web

from .electrical import VOLTAGE_V
from .local_station import FIRST_A, LocalStation
from .webserver import WebServer

_CAR: Final = {"A": 1, "B": 4, "C": 2}
_OFF: Final = 1


class GoEStation(LocalStation):
    """Answers `/api/status` and `/api/set`."""

    frc = 0
    amp = int(FIRST_A)

    @override
    async def listen(self) -> None:
        self._server = WebServer([web.get("/api/status", self._status), web.get("/api/set", self._set)])
        self.port = await self._server.start(self.port)

    @override
    async def close(self) -> None:
        await self._server.stop()

    async def _status(self, request: web.Request) -> web.StreamResponse:
        keys = request.query.get("filter", "").split(",")
        return web.json_response({key: value for key, value in self._all().items() if key in keys})

    def _all(self) -> dict[str, Any]:
        outlet = self.outlet
        amps = [*outlet.current_a, 0.0, 0.0][:3]
        watts = [VOLTAGE_V * current_a for current_a in amps]
        return {
            "car": _CAR[self.letter],
            "amp": self.amp,
            "frc": self.frc,
            "psm": 2,
            "nrg": [VOLTAGE_V] * 3 + [0] + amps + watts + [0, sum(watts), 100, 100, 100, 0],
            "eto": round(outlet.energy_wh),
            "wh": round(outlet.energy_wh),
            "err": 0,
            "typ": "Simulated",
            "fwv": "60.4",
        }

    async def _set(self, request: web.Request) -> web.StreamResponse:
        answer: dict[str, Any] = {}
        for key, word in request.query.items():
            value = json.loads(word)
            known = key == "frc" or (key == "amp" and FIRST_A <= value <= self.outlet.profiles.hardware_maximum_a)
            answer[key] = True if known else f"{key} is not allowed"
            if known:
                setattr(self, key, value)
        self.tell(0.0 if self.frc == _OFF else float(self.amp))
        return web.json_response(answer)
