"""OpenEVSE with the WiFi module's firmware 4 by HTTP: its manual override, which ends by itself when the car is unplugged.

Fields: OpenEVSE/openevse_esp32_firmware, api.yml and models.
"""

from collections.abc import Mapping
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, text
from .device import Device, Reading
from .errors import ChargerRefusedError, ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(step_a=1.0)

_STATES: Final = {1: EvState.A, 3: EvState.C, 4: EvState.D}
_CONNECTED, _SLEEPING, _DISABLED = 2, 254, 255
_FAULTS: Final = {
    5: "diode check failed",
    6: "GFCI fault",
    7: "no ground",
    8: "stuck relay",
    9: "GFCI self-test failed",
    10: "over temperature",
    11: "over current",
}


class OpenEvse(Device):
    """One OpenEVSE."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._phases = 1
        self._info: EvseInfo | None = None

    @property
    @override
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @override
    async def prepare(self, failsafe_a: float) -> bool:
        """Find out what it is: what it offers without an override is set by its owner."""
        config = as_object(await self._web.get("/config"))
        # It measures one phase, and takes the others to be the same.
        self._phases = 3 if config.get("is_threephase") is True else 1
        firmware = text(config.get("version")) or text(config.get("firmware"))
        self._info = EvseInfo(manufacturer="OpenEVSE", model=text(config.get("buildenv")), firmware=firmware)
        return True

    @override
    async def read(self) -> Reading:
        told = as_object(await self._web.get("/status"))
        state = number(told.get("state"))
        if state is None or "pilot" not in told:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no OpenEVSE")
        current_a = number(told.get("amp"), 0.001)
        return Reading(
            state=_state(int(state), told),
            limit_a=0.0 if state in {_SLEEPING, _DISABLED} else number(told.get("pilot")),
            current_a=None if current_a is None else (current_a,) * self._phases,
            power_w=number(told.get("power")),
            energy_kwh=number(told.get("total_energy")),
            session_kwh=number(told.get("session_energy"), 0.001),
            fault=_FAULTS.get(int(state)),
            info=self._info,
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if current_a <= 0:
            await self._override({"state": "disabled"})
            return
        # The second says that nobody else may have it offer more.
        await self._override({"state": "active", "charge_current": int(current_a), "max_current": int(current_a)})

    async def _override(self, wanted: Mapping[str, Any]) -> None:
        """Replace the manual override, which nobody else is taken to need."""
        try:
            answer = as_object(await self._web.post("/override", {**wanted, "auto_release": True}))
        except ChargerUnfitError as error:
            if error.word != "404":
                raise
            raise ChargerUnfitError(Unfit.FIRMWARE_TOO_OLD, "it knows no manual override", error.word) from error
        if not text(answer.get("msg")):
            raise ChargerRefusedError("it does not take an override")


def _state(state: int, told: Mapping[str, Any]) -> EvState | None:
    if state in _FAULTS:
        return EvState.F
    if state in {_CONNECTED, _SLEEPING, _DISABLED}:
        # One that sleeps is the same with a car and without.
        vehicle = number(told.get("vehicle"))
        if vehicle is None:
            return EvState.B if state == _CONNECTED else None
        return EvState.B if vehicle == 1 else EvState.A
    return _STATES.get(state)
