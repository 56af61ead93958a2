"""A V2C Trydan by its local interface, as pytrydan reads it: `/RealTimeData`, `/write/<key>=<value>`."""

from typing import Any, Final, override

from aiohttp import web

from .local_station import FIRST_A, LocalStation
from .webserver import WebServer

_STATES: Final = {"A": 0, "B": 1, "C": 2}


class TrydanStation(LocalStation):
    """Its own modulation is off, as somebody has it who lets another system steer."""

    paused = 0
    intensity = int(FIRST_A)

    @override
    async def listen(self) -> None:
        self._server = WebServer([web.get("/RealTimeData", self._tell_all), web.get("/write/{what}", self._write)])
        self.port = await self._server.start(self.port)

    @override
    async def close(self) -> None:
        await self._server.stop()

    async def _tell_all(self, request: web.Request) -> web.StreamResponse:
        del request
        return web.json_response(self._all())

    def _all(self) -> dict[str, Any]:
        return {
            "ID": "SIMULATED",
            "ChargeState": _STATES[self.letter],
            "ReadyState": 0,
            "ChargePower": round(self.outlet.power_w),
            "ChargeEnergy": round(self.outlet.energy_wh / 1000, 3),
            "SlaveError": 0,
            "ChargeTime": 0,
            "HousePower": 0,
            "FVPower": 0,
            "BatteryPower": 0,
            "Paused": self.paused,
            "Locked": 0,
            "Timer": 0,
            "Intensity": self.intensity,
            "Dynamic": 0,
            "MinIntensity": int(FIRST_A),
            "MaxIntensity": int(self.outlet.profiles.hardware_maximum_a),
            "PauseDynamic": 0,
            "FirmwareVersion": "2.1.7",
            "DynamicPowerMode": 0,
            "ContractedPower": 4600,
        }

    async def _write(self, request: web.Request) -> web.StreamResponse:
        key, _, value = request.match_info["what"].partition("=")
        match key:
            case "Paused":
                self.paused = int(value)
            case "Intensity" if FIRST_A <= int(value) <= self.outlet.profiles.hardware_maximum_a:
                self.intensity = int(value)
            case _:
                return web.Response(text="ERROR")
        self.tell(0.0 if self.paused else float(self.intensity))
        return web.Response(text="OK")
