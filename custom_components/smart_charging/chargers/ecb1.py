"""Hardy Barth cPH1 chargers (eCB1 controller) by their HTTP interface.

Paths and fields: apidoc.ecb1.de, as evcc, openWB and OpenEMS use them, and what owners saw (evcc's pull request 3351); OBIS
codes as its meter names them.
"""

from collections.abc import Mapping
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, numbers, text
from .device import Device, Reading
from .errors import ChargerUnfitError, Unfit
from .web import Web

CAPABILITIES: Final = Capabilities(
    step_a=1.0,
    # Nobody says whether it keeps what it is told in a memory that wears out.
    write_interval_s=10.0,
)

_CONTROL: Final = "/api/v1/chargecontrols/1"
_METER: Final = "/api/v1/meters/1"
_CHARGING, _STOPPED = 5, 17
_MANUAL: Final = "manual"
_CURRENTS: Final = ("1-0:31.4.0", "1-0:51.4.0", "1-0:71.4.0")


class Ecb1(Device):
    """One eCB1: its first charge control and its first meter."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._mode = ""
        self._stopped = False

    @property
    @override
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @override
    async def read(self) -> Reading:
        control = await self._control()
        meter = _part(as_object(await self._web.get(_METER)), "meter").get("data")
        data: Mapping[str, Any] = meter if isinstance(meter, Mapping) else {}
        state_id = number(control.get("stateid"))
        self._mode, self._stopped = text(control.get("mode")), state_id == _STOPPED
        # In another mode it decides by itself what it offers. Only a stop is a pause: for 0 A it offers its least.
        limit_a = number(control.get("manualmodeamp")) if self._mode == _MANUAL else None
        if limit_a is not None:
            limit_a = max(limit_a, number(control.get("evminamp")) or 0.0)
        return Reading(
            state=_state(control.get("connected"), state_id),
            limit_a=0.0 if self._stopped else limit_a,
            current_a=numbers([data.get(code) for code in _CURRENTS]),
            power_w=number(data.get("1-0:1.4.0")),
            energy_kwh=number(data.get("1-0:1.8.0")),
            info=EvseInfo(manufacturer="Hardy Barth", model="eCB1"),
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if current_a <= 0:
            await self._web.request("POST", f"{_CONTROL}/stop")
            self._stopped = True
        else:
            # The mode last: until then the current does not count.
            await self._post("mode/manual/ampere", {"manualmodeamp": str(int(current_a))})
            if self._mode != _MANUAL:
                await self._post("mode", {"mode": _MANUAL})
            if self._stopped:
                await self._web.request("POST", f"{_CONTROL}/start")
                self._stopped = False
        # What it answers to a command is not documented: only that it still is what it was can be told.
        await self._control()

    async def _control(self) -> Mapping[str, Any]:
        control = _part(as_object(await self._web.get(_CONTROL)), "chargecontrol")
        if not text(control.get("state")):
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no eCB1; its successor is called Salia")
        return control

    async def _post(self, path: str, form: Mapping[str, str]) -> None:
        await self._web.request("POST", f"{_CONTROL}/{path}", form=form)


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = told.get(name)
    return part if isinstance(part, Mapping) else {}


def _state(connected: Any, state_id: float | None) -> EvState | None:
    if not isinstance(connected, bool):
        return None
    if not connected:
        return EvState.A
    return EvState.C if state_id == _CHARGING else EvState.B
