"""A TechnoVE station by the fixture of Home Assistant's tests for it, and by what pytechnove says of its commands."""

from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator


class TechnoVeEmulator(WebEmulator):
    """`/station/get/info` tells all. To each command it says "ok", whether it takes it or not."""

    wires = 1
    volts = 240.0
    least_a = 8.0

    def __init__(self) -> None:
        super().__init__()
        self.max_current = 8
        self.auto_charge, self.started = True, False
        self.raw: dict[str, Any] = {}
        self.late = 0
        """So many times it tells what was before it was told last."""
        self._before: dict[str, Any] = {}
        self._told_before = 0

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/station/get/info", self._info),
            web.post("/station/control/partage", self._share),
            web.post("/station/set/automatic", self._automatic),
            web.get("/station/control/{action:start|stop}", self._control),
        ]

    @override
    def restart(self) -> None:
        """Its settings are lasting; a session goes on only where it charges by itself."""
        self.started = False

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.max_current, self.limit_a = int(limit_a), limit_a

    @property
    def is_on(self) -> bool:
        return self.state is not EvState.A and (self.auto_charge or self.started)

    def _all(self) -> dict[str, Any]:
        return {
            "voltageIn": self.volts,
            "voltageOut": self.volts,
            "maxStationCurrent": 32,
            "maxCurrent": self.max_current,
            "current": self.current_a,
            "network_ssid": "Connecting...",
            "id": "AA:AA:AA:AA:AA:BB",
            "auto_charge": self.auto_charge,
            "highChargePeriodActive": False,
            "normalPeriodActive": False,
            "maxChargePourcentage": 0.9,
            "isBatteryProtected": False,
            "inSharingMode": False,
            "energySession": self.register_kwh - self.plugged_at_kwh,
            "energyTotal": self.register_kwh,
            "version": "1.82",
            "rssi": -82,
            "name": "TechnoVE Station",
            "lastCharge": "1701072080,0,17.39\n",
            "time": 1701000000,
            "isUpToDate": True,
            "isSessionActive": self.is_on,
            "conflictInSharingConfig": False,
            "isStaticIp": False,
            "status": ord(self.state.value.upper()),
        }

    async def _info(self, _: web.Request) -> web.StreamResponse:
        told = self._all() | self.raw
        if self._told_before:
            self._told_before -= 1
            told = self._before
        return web.json_response(told)

    async def _share(self, request: web.Request) -> web.StreamResponse:
        current_a = (await request.json())["current"]
        if self._takes() and 8 <= current_a <= 32 and not self.raw.get("inSharingMode"):
            self.max_current = current_a
            if self.auto_charge or self.is_on:
                self.take(float(current_a))
        return web.Response(text="ok")

    async def _automatic(self, request: web.Request) -> web.StreamResponse:
        if self._takes():
            self.started = self.is_on
            self.auto_charge = (await request.json())["activated"]
        return web.Response(text="ok")

    async def _control(self, request: web.Request) -> web.StreamResponse:
        # It is neither started nor stopped where it charges by itself.
        if self._takes() and not self.auto_charge:
            self.started = request.match_info["action"] == "start"
            self.take(float(self.max_current) if self.started else 0.0)
        return web.Response(text="ok")

    def _takes(self) -> bool:
        self._before, self._told_before = self._all() | self.raw, self.late
        return not self.refusing
