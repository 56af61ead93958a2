"""An eCB1 by its interface as evcc and openWB use it (apidoc.ecb1.de), and by what owners saw theirs say.

Those are in evcc's pull request 3351 and in OpenEMS' tests; the numbers of its states also in PVOptimize.
"""

from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .web import WebEmulator

_STATE_IDS = {EvState.A: 0, EvState.B: 4, EvState.C: 5}
_LEAST_A = 6
_OBIS = ("1-0:31.4.0", "1-0:51.4.0", "1-0:71.4.0")


class Ecb1Emulator(WebEmulator):
    """One charge control with modes, a start and a stop, and one meter with OBIS codes.

    Its letter says whether it may charge rather than what is plugged in, and its least current is what it offers for 0 A.
    """

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
        letter = "A\u2019" if self.stopped else self.state.value.upper()
        control = {
            "id": 1,
            "name": "evcc1",
            "vendor": "Phoenix Contact",
            "type": "EVCC Basic (RS485)",
            "version": "V1.3.1",
            "mode": self.mode,
            "state": letter if self.letter is None else self.letter,
            "manualmodeamp": float(self.manual_amp),
            "currentpwmamp": 0.0 if self.stopped else float(max(_LEAST_A, self.manual_amp)),
            "evminamp": float(_LEAST_A),
            "supplylinemaxamp": 16.0,
            "modeid": 3,
            "stateid": 17 if self.stopped else _STATE_IDS[self.state],
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
            self.take(float(max(_LEAST_A, self.manual_amp)))
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
