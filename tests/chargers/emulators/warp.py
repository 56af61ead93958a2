"""A WARP charger by its API reference (docs.warp-charger.com): `evse`, `meters`, `charge_tracker`, `power_manager`.

Its errors and its password by Tinkerforge/esp32-firmware: `http.cpp`, `authentication.cpp`, `charge_tracker.cpp`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, override

from aiohttp import web

from custom_components.smart_charging.engine.model.evse import EvState

from .digest import Digest
from .web import WebEmulator

REALM = "esp32-lib"

_IEC = {EvState.A: 0, EvState.B: 1, EvState.C: 2, EvState.F: 4}


class WarpEmulator(WebEmulator):
    """Each topic is read by GET; a command is answered with an empty text, or with 400 and why not."""

    def __init__(self) -> None:
        super().__init__()
        self.login: Digest | None = None
        """Who may ask; None: anybody."""
        self.turned_away = 0
        self.released = True
        """Whether the car that is plugged in may charge; it is a charge of somebody's then."""
        self.external_enabled = True
        self.external_ma = 6000
        self.external_control = 0
        self.has_meter = True
        self.value_ids = [1, 2, 3, 13, 17, 21, 74, 209]
        self.error_state = 0
        self.missing: set[str] = set()
        self.broken: set[str] = set()

    @override
    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/{topic:.+}", self._guarded(self._get)),
            web.post("/evse/external_current", self._guarded(self._external_current)),
            web.post("/power_manager/external_control", self._guarded(self._phases_wanted)),
        ]

    def _guarded(self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
        async def ask_who(request: web.Request) -> web.StreamResponse:
            if self.login is not None and not self.login.knows(request):
                self.turned_away += 1
                return web.Response(status=401, headers=self.login.challenge())
            return await handler(request)

        return ask_who

    @override
    def restart(self) -> None:
        super().restart()
        self.external_ma = 6000

    @override
    async def set_by_somebody(self, limit_a: float) -> None:
        self.external_ma = int(limit_a * 1000)

    def _topics(self) -> dict[str, Any]:
        tracked = self.released and self.state is not EvState.A
        session = {"user_id": 0 if tracked else -1, "meter_start": self.plugged_at_kwh if tracked else 0}
        amps = [self.current_a] * self.phases + [0] * (3 - self.phases)
        values = [230, 231, 229, *amps, self.power_w, self.register_kwh]
        meter = {"meters/0/value_ids": self.value_ids, "meters/0/values": values[: len(self.value_ids)]}
        return {
            "info/name": {
                "name": "warp3-AbC",
                "type": "warp3",
                "display_type": "WARP3 Charger Pro 22 kW",
                "uid": "AbC",
            },
            "info/version": {"firmware": "2.6.6+66a1b2c3", "config": "2.6.6"},
            "evse/state": {
                "iec61851_state": _IEC.get(self.state, 7),
                "charger_state": 3,
                "allowed_charging_current": self.external_ma,
                "error_state": self.error_state,
            },
            "evse/external_enabled": {"enabled": self.external_enabled},
            "evse/external_current": {"current": self.external_ma},
            "charge_tracker/current_charge": session,
            "power_manager/state": {"config_error_flags": 0, "external_control": self.external_control},
            "power_manager/external_control": {"phases_wanted": self.phases},
        } | (meter if self.has_meter else {})

    async def _get(self, request: web.Request) -> web.StreamResponse:
        topics = {topic: value for topic, value in self._topics().items() if topic not in self.missing}
        if request.match_info["topic"] in self.broken:
            return web.Response(text="?")
        if (topic := request.match_info["topic"]) not in topics:
            raise web.HTTPNotFound
        return web.json_response(topics[topic])

    async def _external_current(self, request: web.Request) -> web.StreamResponse:
        current_ma = (await request.json())["current"]
        if self.refusing:
            return web.Response(status=400, text="current: value out of range")
        self.external_ma = current_ma
        self.take(current_ma / 1000)
        return web.Response()

    async def _phases_wanted(self, request: web.Request) -> web.StreamResponse:
        if self.external_control != 0:
            return web.Response(status=400, text="external control is not available")
        self.phases = (await request.json())["phases_wanted"]
        return web.Response()
