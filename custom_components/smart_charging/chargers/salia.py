"""Hardy Barth cPH2 chargers (Salia controller) by their HTTP interface.

Keys and fields: evcc and OpenEMS, which agree; what changed with its firmware: evcc's issues 10885 and 24615. All numbers
are told as texts.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState, Watchdog, WatchdogKind
from .answers import as_object, number, numbers, text
from .device import Device, Reading
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web, parsed

CAPABILITIES: Final = Capabilities(
    step_a=1.0,
    # It waits 30 s for one unless it was told otherwise (OpenEMS); nobody says to what it falls then.
    watchdog=Watchdog(kind=WatchdogKind.HEARTBEAT, takes_failsafe=False),
)

_STATES: Final = {state: EvState(state.lower()) for state in "ABCDEF"}
_MANUAL: Final = "manual"
# From this firmware on commands go elsewhere (evcc); 2.3.12 was seen not to know that place.
_ELSEWHERE: Final = (2, 3, 64)


class Salia(Device):
    """One Salia: its first port."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._firmware = ""
        self._manual = False
        self._pauses = False
        self._phases: int | None = None

    @property
    @override
    def capabilities(self) -> Capabilities:
        return replace(CAPABILITIES, can_switch_phases=bool(self._phases))

    @override
    async def keep_alive(self) -> None:
        await self._set("salia/heartbeat", "alive")

    @override
    async def read(self) -> Reading:
        told = as_object(await self._web.get("/api"))
        device, port = _at(told, "device"), _at(told, "secc", "port0")
        status = text(_at(port, "ci", "charge", "cp").get("status"))
        if not status:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no Salia; its predecessor is called eCB1")
        self._firmware = text(device.get("software_version"))
        salia = _at(port, "salia")
        self._manual = text(salia.get("chargemode")) == _MANUAL
        # Older firmware has no pause of its own.
        self._pauses = "pausecharging" in salia
        phases = number(_at(salia, "phase_switching").get("actual"))
        self._phases = int(phases) if phases else None
        paused = number(salia.get("pausecharging")) == 1
        state = _STATES.get(status[:1])
        return replace(
            _measured(_at(port, "metering")),
            state=state,
            limit_a=0.0 if paused else _limit_a(port, state),
            phases=1 if self._phases == 1 else None,
            info=EvseInfo(manufacturer="Hardy Barth", model=text(device.get("modelname")), firmware=self._firmware),
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        number_of_phases = phases or 3
        fewer = self._phases is not None and number_of_phases < self._phases
        more = self._phases is not None and number_of_phases > self._phases
        # Fewer phases first, and more of them last: so it never has more than before nor than after.
        if fewer:
            await self._toggle(number_of_phases)
        if self._pauses and current_a <= 0:
            await self._set("salia/pausecharging", "1")
        await self._set("grid_current_limit", str(int(current_a)))
        if more:
            await self._toggle(number_of_phases)
        # The mode and the end of a pause last: until then the current does not count.
        if not self._manual:
            await self._set("salia/chargemode", _MANUAL)
            self._manual = True
        if self._pauses and current_a > 0:
            await self._set("salia/pausecharging", "0")

    async def _toggle(self, phases: int) -> None:
        """Go to the other number of phases; whether that is wanted is asked right before, as it cannot be told."""
        await self.read()
        if self._phases is not None and self._phases != phases:
            await self._set("salia/phase_switching/setphase", "toggle")
            self._phases = phases

    async def _set(self, key: str, value: str) -> None:
        if not self._firmware:
            await self.read()
        if _version(self._firmware) >= _ELSEWHERE:
            answer = await self._web.request("POST", "/save_mqtt.php", body={key: value})
        else:
            answer = await self._web.request("PUT", "/api/secc", body={key: value})
        result = text(as_object(parsed(answer)).get("result"))
        if result != "ok":
            raise ChargerRefusedError(f"it does not take {key}", result)


def _version(told: str) -> tuple[int, ...]:
    parts = told.partition("-")[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())


def _limit_a(port: Mapping[str, Any], state: EvState | None) -> float | None:
    """What it offers. Since firmware 2 it tells that while somebody is there to take it, and apart from it what it was told."""
    told = _at(port, "salia").get("extctrl_limit")
    if told is None:
        return number(port.get("grid_current_limit"))
    offered = _at(port, "ci", "evse", "basic").get("offered_current_limit")
    return number(offered if state is not None and state.vehicle_connected else told)


def _at(told: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object at this place, an empty one where there is none."""
    for name in path:
        part = told.get(name)
        told = part if isinstance(part, Mapping) else {}
    return told


def _measured(metering: Mapping[str, Any]) -> Reading:
    if not number(_at(metering, "meter").get("available")):
        return Reading()
    phases = [_at(metering, "current", "ac", phase).get("actual") for phase in ("l1", "l2", "l3")]
    return Reading(
        current_a=numbers(phases, 0.001),
        power_w=number(_at(metering, "power", "active_total").get("actual"), 0.1),
        energy_kwh=number(_at(metering, "energy", "active_import").get("actual"), 0.001),
    )
