"""WARP chargers (Tinkerforge) by their HTTP API, whose external control has to be switched on in their web interface.

Where that asks for a password, it does so by digest authentication. Topics and their meanings: Tinkerforge/esp32-firmware
and docs.warp-charger.com, API reference of `evse`, `meters`, `charge_tracker` and `power_manager`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import as_object, number, text
from .device import Device, Reading, steps
from .errors import ChargerUnfitError, Unfit
from .web import Web

# The charger interrupts the pilot by itself while it switches phases.
CAPABILITIES: Final = Capabilities(step_a=0.1, can_switch_under_load=True)

# IEC 61851 states as it numbers them.
_STATES: Final = {0: EvState.A, 1: EvState.B, 2: EvState.C, 3: EvState.D, 4: EvState.F}
# `power_manager/state.external_control`: nobody may switch phases.
_DEACTIVATED: Final = 1
# Ids of what a meter measures.
_POWER_W, _ENERGY_KWH = 74, 209
_CURRENTS: Final = (13, 17, 21)
_NOT_FOUND: Final = "404"
_NOBODY: Final = -1


class Warp(Device):
    """One WARP charger."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._capabilities = CAPABILITIES
        self._one_phase = False
        self._value_ids: list[Any] | None = None
        self._info: EvseInfo | None = None

    @property
    @override
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @override
    async def prepare(self, failsafe_a: float) -> bool:
        """Find out what it has: it keeps no failsafe current."""
        name, version = await self._optional("/info/name"), await self._optional("/info/version")
        self._info = EvseInfo(
            manufacturer="Tinkerforge", model=text(name.get("display_type")), firmware=text(version.get("firmware"))
        )
        manager = await self._optional("/power_manager/state")
        switches = number(manager.get("external_control")) not in {None, _DEACTIVATED}
        self._capabilities = replace(CAPABILITIES, can_switch_phases=switches)
        self._value_ids = await self._list("/meters/0/value_ids")
        return True

    @override
    async def read(self) -> Reading:
        state = as_object(await self._web.get("/evse/state"))
        if number(state.get("iec61851_state")) is None:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no WARP charger")
        if as_object(await self._web.get("/evse/external_enabled")).get("enabled") is not True:
            raise ChargerUnfitError(Unfit.API_OFF, "its external control is switched off")
        external = as_object(await self._web.get("/evse/external_current"))
        if self._capabilities.can_switch_phases:
            wanted = await self._optional("/power_manager/external_control")
            self._one_phase = number(wanted.get("phases_wanted")) == 1
        session = await self._optional("/charge_tracker/current_charge")
        # Where nothing charges, it tells a charge of nobody's, with a start of 0.
        start_kwh = None if number(session.get("user_id")) == _NOBODY else number(session.get("meter_start"))
        reading = _measured(await self._measurements(), start_kwh)
        error = number(state.get("error_state"))
        return replace(
            reading,
            state=_STATES.get(int(number(state.get("iec61851_state")) or 0)),
            limit_a=number(external.get("current"), 0.001),
            phases=1 if self._one_phase else None,
            fault=f"error {error:g}" if error else None,
            info=self._info,
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        one_phase = phases == 1
        switches = self._capabilities.can_switch_phases and one_phase is not self._one_phase
        # Fewer phases first, and more of them last: so it never has more than before nor than after.
        if switches and one_phase:
            await self._switch(1)
        await self._web.request("POST", "/evse/external_current", body={"current": steps(current_a, 1000)})
        if switches and not one_phase:
            await self._switch(3)
        # It says yes with an empty answer, as anything might.
        if number(as_object(await self._web.get("/evse/external_current")).get("current")) is None:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no WARP charger")

    async def _switch(self, phases: int) -> None:
        await self._web.request("POST", "/power_manager/external_control", body={"phases_wanted": phases})
        self._one_phase = phases == 1

    async def _measurements(self) -> dict[Any, float | None]:
        if not self._value_ids:
            return {}
        values = await self._list("/meters/0/values")
        if len(values) != len(self._value_ids):
            # Its meter was changed: which value is which is asked anew.
            self._value_ids = await self._list("/meters/0/value_ids")
            return {}
        return {value_id: number(value) for value_id, value in zip(self._value_ids, values, strict=True)}

    async def _optional(self, path: str) -> Mapping[str, Any]:
        """An object that not every charger has."""
        try:
            return as_object(await self._web.get(path))
        except ChargerUnfitError as error:
            if error.word != _NOT_FOUND:
                raise
            return {}

    async def _list(self, path: str) -> list[Any]:
        """A list that not every charger has."""
        try:
            found = await self._web.get(path)
        except ChargerUnfitError as error:
            if error.word != _NOT_FOUND:
                raise
            return []
        return found if isinstance(found, list) else []


def _measured(measured: Mapping[Any, float | None], meter_start_kwh: float | None) -> Reading:
    currents = [found for value_id in _CURRENTS if (found := measured.get(value_id)) is not None]
    energy_kwh = measured.get(_ENERGY_KWH)
    session = None if energy_kwh is None or meter_start_kwh is None else max(0.0, energy_kwh - meter_start_kwh)
    return Reading(
        current_a=tuple(currents) if len(currents) == len(_CURRENTS) else None,
        power_w=measured.get(_POWER_W),
        energy_kwh=energy_kwh,
        session_kwh=session,
    )
