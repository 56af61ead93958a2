"""A Peblar by its REST API (python-peblar, models and fixtures)."""

from typing import override

from aiohttp import web

from .web import WebEmulator

TOKEN = "a-token"


class PeblarEmulator(WebEmulator):
    """Every request carries the token; `evinterface` is changed by PATCH, once writing is allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.api_on, self.may_write = True, True
        self.limit_ma = 6000
        self.force_1_phase, self.force_allowed = False, True
        self.phase_count = 3
        self.errors: list[int] = []
        self.cp_state: str | None = None

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/wlac/v1/{what}", self._get),
            web.patch("/api/wlac/v1/evinterface", self._patch),
        ]

    @override
    def restart(self) -> None:
        super().restart()
        self.limit_ma = 6000

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.limit_ma = int(limit_a * 1000)

    def _check(self, request: web.Request) -> None:
        if not self.api_on:
            raise web.HTTPNotFound
        if request.headers.get("Authorization") != self.token:
            raise web.HTTPUnauthorized

    async def _get(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        phases = range(1, self.phase_count + 1)
        each = {f"CurrentPhase{phase}": round(self.current_a * 1000) for phase in phases}
        power = {f"PowerPhase{phase}": round(self.current_a * 230) for phase in phases}
        answers = {
            "system": {
                "ActiveErrorCodes": self.errors,
                "ActiveWarningCodes": [],
                "FirmwareVersion": "1.6.1+1+WL-1.0",
                "Force1PhaseAllowed": self.force_allowed,
                "PhaseCount": self.phase_count,
                "ProductPn": "6004-2300-8002",
                "ProductSn": "23-45-A4O-MOF",
                "Uptime": 1,
            },
            "meter": {
                **each,
                **power,
                "EnergySession": round((self.register_kwh - self.plugged_at_kwh) * 1000),
                "EnergyTotal": round(self.register_kwh * 1000),
                "PowerTotal": round(self.power_w),
            },
            "evinterface": {
                "ChargeCurrentLimit": self.limit_ma,
                "ChargeCurrentLimitActual": self.limit_ma,
                "ChargeCurrentLimitSource": "Local REST API",
                "CpState": self.cp_state if self.cp_state is not None else f"State {self.state.value.upper()}",
                "Force1Phase": self.force_1_phase,
            },
        }
        return web.json_response(answers[request.match_info["what"]])

    async def _patch(self, request: web.Request) -> web.StreamResponse:
        self._check(request)
        if not self.may_write:
            raise web.HTTPForbidden
        if self.refusing:
            raise web.HTTPBadRequest
        wanted = await request.json()
        self.limit_ma = wanted.get("ChargeCurrentLimit", self.limit_ma)
        self.force_1_phase = wanted.get("Force1Phase", self.force_1_phase)
        self.phases = 1 if self.force_1_phase else self.phase_count
        self.take(self.limit_ma / 1000)
        return web.Response()
