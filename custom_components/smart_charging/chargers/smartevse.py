"""SmartEVSE-3 by its REST API: its normal mode with an override of the current.

Parameters and answers: SmartEVSE/SmartEVSE-3, docs/REST_API.md; what is made of `state_id`: its `main_c.h`, as evcc does.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, numbers, text
from .device import Device, Reading, steps
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(
    step_a=0.1,
    # Nobody says whether a change of its mode is kept in its memory.
    write_interval_s=10.0,
)

_OFF, _NORMAL, _PAUSE = "0", "1", "4"
# C1 is a car that was told to stop and has not yet opened its contactor.
_STATES: Final = dict.fromkeys((2, 6, 7, 10), EvState.C) | {3: EvState.D}
# It has less than 6 A to give: no fault of its own.
_LESS_THAN_6_A: Final = 1
_ONE_PHASE, _ALL_PHASES = "1", "3"
# What it calls its second contactor's settings, which it switches at the next change of its state.
_ALWAYS_OFF, _NOT_PRESENT = "Always Off", "Not present"


class SmartEvse(Device):
    """One SmartEVSE-3."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._contactor = _NOT_PRESENT

    @property
    @override
    def capabilities(self) -> Capabilities:
        return replace(CAPABILITIES, can_switch_phases=self._contactor != _NOT_PRESENT)

    @override
    async def read(self) -> Reading:
        told = as_object(await self._web.get("/settings"))
        evse, settings = told.get("evse"), told.get("settings")
        if not isinstance(evse, Mapping) or not isinstance(settings, Mapping):
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no SmartEVSE-3")
        self._contactor = text(settings.get("enable_C2")) or _NOT_PRESENT
        return replace(
            _measured(told.get("ev_meter")),
            state=_state(told.get("car_connected"), number(evse.get("state_id"))),
            limit_a=_limit_a(number(told.get("mode_id")), settings),
            phases=1 if self._contactor == _ALWAYS_OFF else None,
            fault=text(evse.get("error")) if int(number(evse.get("error_id")) or 0) & ~_LESS_THAN_6_A else None,
            info=EvseInfo(manufacturer="SmartEVSE", model="SmartEVSE-3", firmware=text(told.get("version"))),
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if self._contactor != _NOT_PRESENT and (phases == 1) is not (self._contactor == _ALWAYS_OFF):
            # How it answers to this is not documented.
            await self._post({"enable_C2": _ONE_PHASE if phases == 1 else _ALL_PHASES})
        if current_a <= 0:
            await self._pause()
            return
        # Both at once: between them it would offer all that it has.
        await self._set({"mode": _NORMAL, "override_current": str(steps(current_a, 10))})

    async def _pause(self) -> None:
        try:
            await self._set({"mode": _PAUSE})
        except ChargerRefusedError:
            # Firmware that knows no pause.
            await self._set({"mode": _OFF})

    async def _set(self, wanted: Mapping[str, str]) -> None:
        answer = await self._post(wanted)
        for key in wanted:
            if key not in answer or text(answer[key]).startswith("Value"):
                raise ChargerRefusedError(f"it does not take {key}", text(answer.get(key)))

    async def _post(self, wanted: Mapping[str, str]) -> Mapping[str, Any]:
        query = "&".join(f"{key}={value}" for key, value in wanted.items())
        return as_object(await self._web.post(f"/settings?{query}"))


def _state(car_connected: Any, state_id: float | None) -> EvState | None:
    if not isinstance(car_connected, bool) or state_id is None:
        return None
    return _STATES.get(int(state_id), EvState.B) if car_connected else EvState.A


def _limit_a(mode: float | None, settings: Mapping[str, Any]) -> float | None:
    if mode is None or mode in {int(_OFF), int(_PAUSE)}:
        return None if mode is None else 0.0
    # Without an override it may offer all that its owner allows.
    return number(settings.get("override_current"), 0.1) or number(settings.get("current_max"))


def _measured(meter: Any) -> Reading:
    if not isinstance(meter, Mapping) or text(meter.get("description")) in {"", "Disabled"}:
        return Reading()
    currents = meter.get("currents")
    told = [currents.get(phase) for phase in ("L1", "L2", "L3")] if isinstance(currents, Mapping) else None
    return Reading(
        current_a=numbers(told, 0.1),
        power_w=number(meter.get("import_active_power")),
        energy_kwh=_energy_kwh(meter, "total"),
        session_kwh=_energy_kwh(meter, "charged"),
    )


def _energy_kwh(meter: Mapping[str, Any], what: str) -> float | None:
    """Newer firmware tells Wh, older kWh: each by its own name."""
    found = number(meter.get(f"{what}_wh"), 0.001)
    return number(meter.get(f"{what}_kwh")) if found is None else found
