"""A Lektrico charger by its RPC interface (as lektricowifi reads it)."""

from typing import Any, override

from aiohttp import web

from .web import WebEmulator


class LektricoEmulator(WebEmulator):
    """Reads by GET on `/rpc/<method>`, commands by JSON-RPC on `/rpc`."""

    def __init__(self) -> None:
        super().__init__()
        self.model = "3p22k"
        self.dynamic_current, self.relay_mode = 6, 3
        self.errors = False
        self.raw_state: str | None = None
        self.extended = True
        self.is_charger = self.tells_limit = True

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/rpc/charger_info.get", self._info),
            web.get("/rpc/dynamic_current.get", self._offer),
            web.get("/rpc/app_config.get", self._settings),
            web.get("/rpc/Device_id.Get", self._device_id),
            web.post("/rpc", self._call),
        ]

    @override
    def restart(self) -> None:
        super().restart()
        self.dynamic_current, self.relay_mode = 6, 3

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.dynamic_current = int(limit_a)

    async def _device_id(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"device_id": f"{self.model}_500006"})

    async def _offer(self, _: web.Request) -> web.StreamResponse:
        limit = {"dynamic_current": self.dynamic_current} if self.tells_limit else {}
        return web.json_response(limit | {"relay_mode": self.relay_mode})

    async def _settings(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"headless": False, "led_max_brightness": 20, "user_current": 32})

    async def _info(self, _: web.Request) -> web.StreamResponse:
        if not self.is_charger:
            return web.json_response({})
        answer: dict[str, Any] = {
            "charger_state": self.state.value.upper(),
            "session_energy": (self.register_kwh - self.plugged_at_kwh) * 1000,
            "charging_time": 0,
            "instant_power": self.power_w,
            "currents": [self.current_a] * self.phases + [0.0] * (3 - self.phases),
            "voltages": [230.0] * 3,
            "temperature": 31.7,
            "total_charged_energy": self.register_kwh,
            "has_active_errors": self.errors,
            "current_limit_reason": 3,
            "install_current": 32,
            "fw_version": "1.51",
        }
        if self.extended:
            answer["extended_charger_state"] = self.raw_state or answer["charger_state"]
        return web.json_response(answer)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        call = await request.json()
        answer: dict[str, Any] = {"id": call["id"], "src": f"{self.model}_500006", "dst": call["src"]}
        current_a = call["params"]["dynamic_current"]
        if self.refusing or call["method"] != "dynamic_current.set" or not 0 <= current_a <= 32:
            return web.json_response(answer | {"error": {"code": 400, "message": "Invalid argument"}})
        self.relay_mode = call["params"].get("relay_mode", self.relay_mode)
        self.phases = 1 if self.relay_mode == 1 else 3
        self.dynamic_current = current_a
        self.take(float(current_a))
        return web.json_response(answer | {"result": True})
