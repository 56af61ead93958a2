"""An SMA EV Charger by its web interface (as pysmaev and evcc describe it)."""

from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_STATES = {EvState.A: 200111, EvState.B: 200112, EvState.C: 200113, EvState.F: 5169}


class SmaEvEmulator(WebEmulator):
    """A token is given for a password, and ends; measurements and parameters are asked by POST, set by PUT."""

    def __init__(self) -> None:
        super().__init__()
        self.password = "sunny"
        self.tokens = 0
        self.valid = True
        self.gives_token = True
        self.parameters = {
            "Parameter.Chrg.ActChaMod": "4718",
            "Parameter.Inverter.AcALim": "6.00",
            "Parameter.Nameplate.PkgRev": "1.2.23.R",
        }
        self.meter = ""
        self.knob = 4718
        self.hidden: set[str] = set()
        self.measures = True
        self.broken = False
        self.status = 200

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/token", self._token),
            web.post("/api/v1/measurements/live", self._measurements),
            web.post("/api/v1/parameters/search", self._search),
            web.put("/api/v1/parameters/IGULD:SELF/", self._set),
        ]

    @override
    def restart(self) -> None:
        super().restart()
        self.valid = False
        self.parameters |= {"Parameter.Chrg.ActChaMod": "4718", "Parameter.Inverter.AcALim": "6.00"}

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.parameters |= {"Parameter.Chrg.ActChaMod": "4718", "Parameter.Inverter.AcALim": f"{limit_a:.2f}"}

    async def _token(self, request: web.Request) -> web.StreamResponse:
        if self.broken:
            return web.Response(status=503)
        form = await request.post()
        if form["grant_type"] != "password" or form["username"] == "admin" or form["password"] != self.password:
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.tokens, self.valid = self.tokens + 1, True
        token = {"access_token": f"token{self.tokens}", "token_type": "Bearer", "expires_in": 3600}
        return web.json_response(token if self.gives_token else {})

    def _check(self, request: web.Request) -> None:
        if self.status == 404:
            raise web.HTTPNotFound
        if self.status == 500:
            raise web.HTTPInternalServerError
        if not self.valid or request.headers.get("Authorization") != f"Bearer token{self.tokens}":
            raise web.HTTPUnauthorized

    async def _measurements(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        measured: dict[str, Any] = {
            "Measurement.Operation.EVeh.ChaStt": _STATES[self.state],
            "Measurement.Chrg.ModSw": self.knob,
            f"Measurement.Metering.GridMs.TotWIn{self.meter}": self.power_w,
            f"Measurement.Metering.GridMs.TotWhIn{self.meter}": self.register_kwh * 1000,
            "Measurement.ChaSess.WhIn": (self.register_kwh - self.plugged_at_kwh) * 1000,
            **{f"Measurement.GridMs.A.phs{phase}": -self.current_a for phase in "ABC"},
        }
        entries = [
            {
                "channelId": channel,
                "componentId": "IGULD:SELF",
                "values": [{"time": "2026-06-01T10:00:00Z", "value": value}],
            }
            for channel, value in measured.items()
            if channel not in self.hidden
        ]
        return web.json_response(entries if self.measures else {})

    async def _search(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        values = [{"channelId": channel, "value": value} for channel, value in self.parameters.items()]
        return web.json_response([{"componentId": "IGULD:SELF", "values": values}])

    async def _set(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        if self.refusing:
            return web.Response(status=400)
        for entry in (await request.json())["values"]:
            assert entry["timestamp"].endswith("Z")
            self.parameters[entry["channelId"]] = entry["value"]
        stopped = self.parameters["Parameter.Chrg.ActChaMod"] == "4721"
        self.take(0.0 if stopped else float(self.parameters["Parameter.Inverter.AcALim"]))
        return web.Response(status=204)
