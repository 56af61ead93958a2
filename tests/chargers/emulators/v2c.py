"""A V2C Trydan by its local interface (as pytrydan and evcc describe it)."""

from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_STATES = {EvState.A: 0, EvState.B: 1, EvState.C: 2, EvState.F: 4, EvState.E: 9}


class TrydanEmulator(WebEmulator):
    """`/RealTimeData` tells all, `/write/<key>=<value>` answers OK."""

    tells_currents = False
    tells_register = False

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, Any] = {
            "Paused": 0,
            "Locked": 0,
            "Intensity": 6,
            "Dynamic": 1,
            "PauseDynamic": 0,
            "ChargeMode": 1,
        }

    @override
    def routes(self) -> list[web.RouteDef]:
        return [web.get("/RealTimeData", self._get), web.get("/write/{what}", self._write)]

    @override
    def restart(self) -> None:
        super().restart()
        self.keys |= {"Paused": 0, "Intensity": 6, "PauseDynamic": 0, "ChargeMode": 1}

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.keys |= {"Paused": 0, "Intensity": int(limit_a)}

    async def _get(self, _: web.Request) -> web.StreamResponse:
        answer = {
            "ID": "B0DVU7",
            "ChargeState": _STATES[self.state],
            "ChargePower": self.power_w,
            "ChargeEnergy": self.register_kwh - self.plugged_at_kwh,
            "ReadyState": 0,
            "SlaveError": 0,
            "ChargeTime": 0,
            "HousePower": 0,
            "FVPower": 0,
            "BatteryPower": 0,
            "Timer": 0,
            "MinIntensity": 6,
            "MaxIntensity": 32,
            "DynamicPowerMode": 0,
            "ContractedPower": 4600,
            "FirmwareVersion": "2.1.7",
        }
        return web.json_response(answer | self.keys)

    async def _write(self, request: web.Request) -> web.StreamResponse:
        key, _, value = request.match_info["what"].partition("=")
        if self.refusing or key not in self.keys or (key == "Intensity" and not 6 <= int(value) <= 32):
            return web.Response(text="ERROR")
        paused_before = self.keys["Paused"]
        self.keys[key] = int(value)
        self.phases = 1 if self.keys.get("ChargeMode") == 0 else 3
        if key == "Paused" or (key == "Intensity" and not paused_before):
            self.take(0.0 if self.keys["Paused"] else float(self.keys["Intensity"]))
        return web.Response(text="OK")
