"""V2C Trydan by its local HTTP interface.

Keys: pytrydan, and evcc's driver; it tells the power of a charge, and neither currents nor a register.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, text
from .device import Device, Reading
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(
    step_a=1.0,
    # Nobody says whether it keeps what it is told in a memory that wears out.
    write_interval_s=10.0,
)

_CHARGING: Final = 2
_STATES: Final = {0: EvState.A, 1: EvState.B, 2: EvState.C, 4: EvState.F, 5: EvState.F, 6: EvState.F}
_ONE_PHASE, _THREE_PHASES = 0, 1


class Trydan(Device):
    """One Trydan."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._told: Mapping[str, Any] = {}

    @property
    @override
    def capabilities(self) -> Capabilities:
        return replace(CAPABILITIES, can_switch_phases=number(self._told.get("ChargeMode")) is not None)

    @override
    async def read(self) -> Reading:
        told = as_object(await self._web.get("/RealTimeData"))
        state = number(told.get("ChargeState"))
        if state is None or number(told.get("Intensity")) is None:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no Trydan")
        self._told = dict(told)
        paused = number(told.get("Paused")) == 1
        return Reading(
            # It goes on saying that it charges while it is paused.
            state=EvState.B if paused and state == _CHARGING else _STATES.get(int(state)),
            limit_a=0.0 if paused else number(told.get("Intensity")),
            phases=1 if number(told.get("ChargeMode")) == _ONE_PHASE else None,
            power_w=number(told.get("ChargePower")),
            session_kwh=number(told.get("ChargeEnergy")),
            fault="it is locked" if number(told.get("Locked")) == 1 else None,
            info=EvseInfo(manufacturer="V2C", model="Trydan", firmware=text(told.get("FirmwareVersion"))),
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if current_a <= 0:
            await self._set("Paused", 1)
            return
        mode = _ONE_PHASE if phases == 1 else _THREE_PHASES
        switches = self.capabilities.can_switch_phases and (phases == 1) is not (self._is("ChargeMode", _ONE_PHASE))
        # Fewer phases first, and more of them last: so it never has more than before nor than after.
        if switches and mode == _ONE_PHASE:
            await self._set("ChargeMode", mode)
        await self._set("Intensity", int(current_a))
        if switches and mode == _THREE_PHASES:
            await self._set("ChargeMode", mode)
        # Its own control of the power would set another intensity.
        if self._is("Dynamic", 1) and not self._is("PauseDynamic", 1):
            await self._set("PauseDynamic", 1)
        if self._is("Paused", 1):
            await self._set("Paused", 0)

    def _is(self, key: str, value: int) -> bool:
        return number(self._told.get(key)) == value

    async def _set(self, key: str, value: int) -> None:
        answer = await self._web.request("GET", f"/write/{key}={value}")
        if answer.strip() != "OK":
            raise ChargerRefusedError(f"it does not take {key}", text(answer))
        self._told = {**self._told, key: value}
