"""NRGkick Gen2 by its local JSON API, which has to be switched on in its app.

Fields and answers: andijakl/nrgkick-api, and its tests.
"""

from collections.abc import Mapping
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, text
from .device import Device, Reading, steps
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(
    step_a=0.1,
    # It says no where its owner does not allow that in the app.
    can_switch_phases=True,
    # Nobody says whether it keeps what it is told in a memory that wears out.
    write_interval_s=10.0,
)

_STATES: Final = {1: EvState.A, 2: EvState.B, 3: EvState.C, 6: EvState.F, 7: EvState.B}
_RAW: Final = {"raw": "1"}
_API_OFF: Final = "API must be enabled"


class NrgKick(Device):
    """One NRGkick."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._info: EvseInfo | None = None
        self._all_phases = 3
        self._paused = False
        self._phases: int | None = None

    @property
    @override
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @override
    async def prepare(self, failsafe_a: float) -> bool:
        """Find out what it is: it keeps no failsafe current."""
        told = await self._get("/info", _RAW)
        general, versions = _part(told, "general"), _part(told, "versions")
        # An adapter for fewer phases says so.
        phases = number(_part(told, "connector").get("phase_count"))
        self._all_phases = 3 if phases is None else max(1, min(3, int(phases)))
        self._info = EvseInfo(
            manufacturer="NRGkick", model=text(general.get("model_type")), firmware=text(versions.get("sw_sm"))
        )
        return True

    @override
    async def read(self) -> Reading:
        values, control = await self._get("/values", _RAW), await self._get("/control")
        status = number(_part(values, "general").get("status"))
        if status is None or number(control.get("current_set")) is None:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no NRGkick")
        self._paused = number(control.get("charge_pause")) == 1
        phases = number(control.get("phase_count"))
        self._phases = None if phases is None else int(phases)
        flow, energy = _part(values, "powerflow"), _part(values, "energy")
        currents = [number(_part(flow, f"l{phase + 1}").get("current")) for phase in range(self._all_phases)]
        error = number(_part(values, "general").get("error_code"))
        return Reading(
            state=_STATES.get(int(status)),
            limit_a=0.0 if self._paused else number(control.get("current_set")),
            phases=self._phases if self._phases is not None and self._phases < self._all_phases else None,
            current_a=None if None in currents else tuple(current for current in currents if current is not None),
            power_w=number(flow.get("total_active_power")),
            energy_kwh=number(energy.get("total_charged_energy"), 0.001),
            session_kwh=number(energy.get("charged_energy"), 0.001),
            fault=f"error {error:g}" if error else None,
            info=self._info,
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if current_a <= 0:
            await self._set("charge_pause", "1")
            self._paused = True
            return
        number_of_phases = phases or self._all_phases
        before = self._phases or number_of_phases
        # Fewer phases first, and more of them last: so it never has more than before nor than after.
        if number_of_phases < before:
            await self._switch(number_of_phases)
        await self._set("current_set", f"{steps(current_a, 10) / 10:.1f}")
        if number_of_phases > before:
            await self._switch(number_of_phases)
        if self._paused:
            await self._set("charge_pause", "0")
            self._paused = False

    async def _switch(self, phases: int) -> None:
        await self._set("phase_count", str(phases))
        self._phases = phases

    async def _set(self, key: str, value: str) -> None:
        answer = await self._get("/control", {key: value})
        if number(answer.get(key)) != float(value):
            raise ChargerRefusedError(f"it does not take {key}", text(answer.get("Response")))

    async def _get(self, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        answer = as_object(await self._web.get(path, params))
        if text(answer.get("Response")).startswith(_API_OFF):
            raise ChargerUnfitError(Unfit.API_OFF, "its JSON API is switched off", text(answer.get("Response")))
        return answer


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = told.get(name)
    return part if isinstance(part, Mapping) else {}
