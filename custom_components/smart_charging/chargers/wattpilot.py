"""Fronius Wattpilot by the WebSocket of its own app, with the password that was chosen there.

Keys and their meanings: joscha82/wattpilot, API.md, and what was seen of a Flex, Flachzange/FHEM_Modul_Fronius_Wattpilot;
what is made of `frc` and `psm`: as evcc does.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from ..engine.model.evse import Capabilities, EvseInfo, EvState
from .answers import number, numbers, text
from .device import Device, Reading, steps
from .errors import ChargerUnfitError, Unfit
from .wattpilot_line import Line

CAPABILITIES: Final = Capabilities(
    step_a=1.0,
    can_switch_phases=True,
    # It pauses by itself for as long as its own settings want (mptwt, mpwst).
    can_switch_under_load=True,
    # `amp` is one of its settings; nobody says how often that may be written.
    write_interval_s=10.0,
)

_STATES: Final = {1: EvState.A, 2: EvState.C, 3: EvState.B, 4: EvState.B, 0: EvState.F, 5: EvState.F}
_TOTAL_POWER: Final = 11
_OFF, _NEUTRAL = 1, 0
_ONE_PHASE, _ALL_PHASES = 1, 2
_DEFAULT_MODE: Final = 3
"""In the others, Eco and Next Trip, it decides by itself what the car gets."""


class Wattpilot(Device):
    """One Wattpilot."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._switches = True

    @property
    @override
    def capabilities(self) -> Capabilities:
        return replace(CAPABILITIES, can_switch_phases=self._switches)

    @override
    async def read(self) -> Reading:
        told = await self._told()
        self._switches = number(told.get("psm")) is not None
        # Voltages, currents and powers of L1, L2, L3 and N, the total power, and power factors.
        measured = numbers(told.get("nrg")) or ()
        # Null while it does not know, after it was switched on.
        car, error = number(told.get("car")), number(told.get("err"))
        return Reading(
            state=None if car is None else _STATES.get(int(car)),
            limit_a=0.0 if told.get("frc") == _OFF else number(told.get("amp")),
            phases=1 if told.get("psm") == _ONE_PHASE else None,
            current_a=measured[4:7] or None,
            power_w=measured[_TOTAL_POWER] if len(measured) > _TOTAL_POWER else None,
            energy_kwh=number(told.get("eto"), 0.001),
            session_kwh=number(told.get("wh"), 0.001),
            fault=None if not error else f"error {error:g}",
            info=EvseInfo(
                manufacturer="Fronius",
                model=text(told.get("grp")) or text(told.get("typ")) or "Wattpilot",
                firmware=text(told.get("fwv")),
            ),
        )

    @override
    async def write(self, current_a: float, phases: int | None) -> None:
        if current_a <= 0:
            await self._line.set("frc", _OFF)
            return
        # Its app may have changed what this depends on.
        told = await self._told()
        had_one, gets_one = told.get("psm") == _ONE_PHASE, phases == 1 and number(told.get("psm")) is not None
        # Fewer phases first, and more of them last: so it never has more than before nor than after.
        if gets_one and not had_one:
            await self._line.set("psm", _ONE_PHASE)
        await self._line.set("amp", steps(current_a, 1))
        if had_one and not gets_one:
            await self._line.set("psm", _ALL_PHASES)
        if number(told.get("lmo")) not in {None, _DEFAULT_MODE}:
            await self._line.set("lmo", _DEFAULT_MODE)
        if told.get("frc") == _OFF:
            await self._line.set("frc", _NEUTRAL)

    @override
    async def close(self) -> None:
        await self._line.close()

    async def _told(self) -> Mapping[str, Any]:
        told = await self._line.told()
        if "car" not in told or number(told.get("amp")) is None:
            raise ChargerUnfitError(Unfit.WRONG_DEVICE, "it is no Wattpilot")
        return told
