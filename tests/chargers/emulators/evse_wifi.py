"""An EVSE-WiFi by its API documentation (SimpleEVSE-WiFi, README)."""

from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_STATES = {EvState.A: 1, EvState.B: 2, EvState.C: 3, EvState.D: 4, EvState.F: 5, EvState.E: 9}


class EvseWifiEmulator(WebEmulator):
    """`/getParameters` tells all in a list of one, `/setCurrent` answers S0_, or E0_ to E2_ and why not."""

    def __init__(self) -> None:
        super().__init__()
        self.current_ma100 = 600
        self.always_active, self.fine, self.use_meter = True, True, True
        self.raw: dict[str, Any] = {}

    @override
    def routes(self) -> list[web.RouteDef]:
        return [web.get("/getParameters", self._get), web.get("/setCurrent", self._set)]

    @override
    def restart(self) -> None:
        super().restart()
        self.current_ma100 = 600

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.current_ma100 = int(limit_a * 100)

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
        return web.json_response({"type": "parameters", "list": [entry]} | self.raw)

    async def _set(self, request: web.Request) -> web.StreamResponse:
        if self.refusing:
            return web.Response(text="E0_could not set current - internal error")
        wanted = int(request.query["current"]) * (1 if self.fine else 100)
        if wanted != 0 and not 600 <= wanted <= 1600:
            return web.Response(text="E1_could not set current - give a value between 6 and 16")
        self.current_ma100 = wanted
        self.take(wanted / 100)
        return web.Response(text="S0_set current to given value")
