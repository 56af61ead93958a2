"""An NRGkick Gen2 by its local JSON API (as nrgkick-api and its tests describe it)."""

from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_STATES = {EvState.A: 1, EvState.B: 2, EvState.C: 3, EvState.F: 6, EvState.E: 0}
# The user "nrg" with the password "kick".
AUTH = {"Authorization": "Basic bnJnOmtpY2s="}


class NrgKickEmulator(WebEmulator):
    """GET for all; `/control` takes one or more values and answers with them, or with why not."""

    def __init__(self) -> None:
        super().__init__()
        self.authorization = AUTH["Authorization"]
        self.api_on = True
        self.current_set, self.charge_pause, self.phase_count = 6.0, 0, 3
        self.connector_phases = 3
        self.error_code = 0
        self.hidden: set[str] = set()

    @override
    def routes(self) -> list[web.RouteDef]:
        return [web.get("/{what}", self._get)]

    @override
    def restart(self) -> None:
        super().restart()
        self.current_set, self.charge_pause, self.phase_count = 6.0, 0, 3

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.current_set, self.charge_pause = limit_a, 0

    async def _get(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != self.authorization:
            return web.json_response({"Response": "401 Unauthorized"}, status=401)
        if not self.api_on:
            return web.json_response({"Response": "API must be enabled within the NRGkick App"})
        match request.match_info["what"]:
            case "info":
                return web.json_response(self._info())
            case "values":
                return web.json_response(
                    {key: value for key, value in self._values().items() if key not in self.hidden}
                )
            case "control":
                return self._control(request)
        raise web.HTTPNotFound

    def _info(self) -> dict[str, Any]:
        return {
            "general": {"serial_number": "123", "model_type": "NRGkick Gen2", "rated_current": 32.0},
            "connector": {"phase_count": self.connector_phases, "max_current": 32.0},
            "versions": {"sw_sm": "4.0.0.0"},
        }

    def _values(self) -> dict[str, Any]:
        phases = {
            f"l{number + 1}": {"current": self.current_a if number < self.phase_count else 0} for number in range(3)
        }
        return {
            "energy": {
                "total_charged_energy": self.register_kwh * 1000,
                "charged_energy": (self.register_kwh - self.plugged_at_kwh) * 1000,
            },
            "powerflow": {"total_active_power": self.power_w, "n": {"current": 0}, **phases},
            "general": {"status": _STATES[self.state], "error_code": self.error_code, "warning_code": 0},
        }

    def _control(self, request: web.Request) -> web.StreamResponse:
        if not request.query:
            return web.json_response(
                {
                    "current_set": self.current_set,
                    "charge_pause": self.charge_pause,
                    "energy_limit": 0,
                    "phase_count": self.phase_count,
                }
            )
        if self.refusing:
            return web.json_response({"Response": "Charging pause is blocked by solar-charging"}, status=405)
        answer: dict[str, Any] = {}
        for key, value in request.query.items():
            if key == "current_set" and not 6 <= float(value) <= 32:
                return web.json_response({"Response": "Current out of range"})
            answer[key] = float(value) if key == "current_set" else int(value)
            setattr(self, key, answer[key])
            self.phases = self.phase_count
            if key == "charge_pause" or (key == "current_set" and self.charge_pause == 0):
                self.take(0.0 if self.charge_pause == 1 else self.current_set)
        return web.json_response(answer)
