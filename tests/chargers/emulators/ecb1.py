"""An eCB1 by its interface as evcc and openWB use it (apidoc.ecb1.de)."""

from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_OBIS = ("1-0:31.4.0", "1-0:51.4.0", "1-0:71.4.0")


class Ecb1Emulator(WebEmulator):
    """One charge control with modes, a start and a stop, and one meter with OBIS codes."""

    def __init__(self) -> None:
        super().__init__()
        self.mode, self.manual_amp, self.stopped = "manual", 6, False
        self.letter: str | None = None
        self.raw: dict[str, Any] = {}

    @override
    def routes(self) -> list[web.RouteDef]:
        control = "/api/v1/chargecontrols/1"
        return [
            web.get(control, self._control),
            web.get("/api/v1/meters/1", self._meter),
            web.post(f"{control}/mode", self._set_mode),
            web.post(f"{control}/mode/manual/ampere", self._set_ampere),
            web.post(f"{control}/start", self._start_charge),
            web.post(f"{control}/stop", self._stop_charge),
        ]

    @override
    def restart(self) -> None:
        super().restart()
        self.manual_amp, self.stopped = 6, False

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.manual_amp, self.stopped = int(limit_a), False

    async def _control(self, _: web.Request) -> web.StreamResponse:
        state_id = 17 if self.stopped else 5 if self.state is EvState.C else 1
        control = {
            "id": 1,
            "name": "charge control",
            "mode": self.mode,
            "state": self.state.value.upper() if self.letter is None else self.letter,
            "manualmodeamp": self.manual_amp,
            "modeid": 3,
            "stateid": state_id,
            "connected": self.state is not EvState.A,
        }
        return web.json_response({"protocol-version": "1.4", "chargecontrol": control | self.raw})

    async def _meter(self, _: web.Request) -> web.StreamResponse:
        currents = dict.fromkeys(_OBIS, self.current_a)
        data = currents | {"1-0:1.4.0": self.power_w, "1-0:1.8.0": self.register_kwh}
        return web.json_response({"protocol-version": "1.4", "meter": {"id": 1, "data": data}})

    def _check(self) -> None:
        if self.refusing:
            raise web.HTTPBadRequest

    async def _set_mode(self, request: web.Request) -> web.StreamResponse:
        self._check()
        self.mode = str((await request.post())["mode"])
        return web.Response()

    async def _set_ampere(self, request: web.Request) -> web.StreamResponse:
        self._check()
        self.manual_amp = int(str((await request.post())["manualmodeamp"]))
        if not self.stopped:
            self.take(float(self.manual_amp))
        return web.Response()

    async def _start_charge(self, _: web.Request) -> web.StreamResponse:
        self._check()
        self.stopped = False
        self.take(float(self.manual_amp))
        return web.Response()

    async def _stop_charge(self, _: web.Request) -> web.StreamResponse:
        self._check()
        self.stopped = True
        self.take(0.0)
        return web.Response()
