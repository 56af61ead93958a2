"""The energy of a session: what the charger's register says since the car was plugged in.

A session is a car that is plugged in, however many transactions it has. Registers are not to be believed blindly: they
restart at 0, jump back, are sent in Wh for kWh, and go missing. What was counted once stays counted, and a step that
no charger could have delivered is not counted: an energy that is a little too low is better than one that is made up.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..model.evse import EvseStatus, EvState

MOST_KW: Final = 100.0
"""No charger of a home or a small site delivers more: AC ends at 43 kW (63 A on three phases)."""
SLACK: Final = timedelta(minutes=15)
"""A register may be told this late: the longest interval that stations are commonly set to report at (OCPP 1.6, 7.2)."""
SIGHT: Final = timedelta(minutes=2)
"""A charger that was out of sight for no longer (a reload, a station that restarts) still has the same car."""
LEAST_KW: Final = 1.38
"""No car charges with less: 6 A on one phase (IEC 61851-1) at 230 V."""
ROUNDING_KWH: Final = 0.11
"""A register that falls by no more wavers between two roundings: the coarsest that is usual is 0.1 kWh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A reading of the charger's energy register; by `at` (UTC) it was as high as this."""

    energy_kwh: float
    at: datetime

    def leads_to(self, later: Register) -> bool:
        """Tell whether a charger can have delivered the difference, which is not negative, in the time between."""
        hours = (max(later.at - self.at, timedelta()) + SLACK) / timedelta(hours=1)
        return 0 <= later.energy_kwh - self.energy_kwh <= MOST_KW * hours


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnergy:
    """The session that runs, or the last one when no car is plugged in. The empty one is that of a fresh start."""

    started_at: datetime | None = None
    """When it began, UTC, by the charger's word or else by what was seen. None: no car was ever seen."""
    energy_kwh: float | None = None
    """What the car took, less what it gave back. None while the charger has told no register."""
    charging_h: float = 0.0
    """For how long it charged; what was charged out of sight counts for as long as it may have taken."""
    running: bool = False
    looked_at: datetime | None = None
    """When the charger last told whether a car is plugged in, UTC."""
    named_at: datetime | None = None
    """When the session began by the charger's last word, if it has one for it."""
    register: Register | None = None
    """Up to here it is counted."""
    doubted: Register | None = None
    """The reading before one that does not follow from it: the next one tells which of the two was wrong."""


def update(session: SessionEnergy, status: EvseStatus, at: datetime) -> SessionEnergy:
    """Take into account what a charger says at `at`, UTC."""
    state = status.state if status.reachable else None
    if state is EvState.A:
        session = replace(session, running=False, looked_at=at)
    elif state is not None and state.vehicle_connected:
        session = session if _is_the_same(session, status, at) else _begin(session, status, at)
        session = replace(_name(session, status), looked_at=at)
    return _read(session, status, at)


def _is_in_sight(session: SessionEnergy, at: datetime) -> bool:
    return session.looked_at is not None and at - session.looked_at <= SIGHT


def _is_the_same(session: SessionEnergy, status: EvseStatus, at: datetime) -> bool:
    """Tell whether the car that is plugged in is the one of this session.

    As long as it stays in sight, a new transaction is only one more of the same session. One that began out of sight,
    after another, may be a different car's.
    """
    if not session.running or _is_in_sight(session, at):
        return session.running
    named, before, looked = status.session_started_at, session.named_at, session.looked_at
    return named is None or before is None or looked is None or named <= max(before, looked)


def _begin(session: SessionEnergy, status: EvseStatus, at: datetime) -> SessionEnergy:
    """Count from the last reading before; what that was is not known where other cars may have charged since."""
    begun = SessionEnergy(started_at=min(status.session_started_at or status.state_at or at, at), running=True)
    if session.register is None or not _is_in_sight(session, at):
        return begun
    return replace(begun, energy_kwh=0.0, register=session.register, doubted=session.doubted)


def _name(session: SessionEnergy, status: EvseStatus) -> SessionEnergy:
    """Note the charger's word for the session's start; its register then is where to count from, if nothing was counted yet."""
    if status.session_started_at is None or status.session_started_at == session.named_at:
        return session
    start_kwh = status.session_start_kwh
    if session.named_at is None and not session.energy_kwh and start_kwh is not None and _is_sane(start_kwh):
        register = Register(energy_kwh=start_kwh, at=status.session_started_at)
        session = replace(session, energy_kwh=0.0, charging_h=0.0, register=register, doubted=None)
    return replace(session, named_at=status.session_started_at)


def _read(session: SessionEnergy, status: EvseStatus, at: datetime) -> SessionEnergy:
    """Follow the register, and count its steps while a session runs."""
    if status.energy_kwh is None or not _is_sane(status.energy_kwh):
        return session
    reading = Register(energy_kwh=status.energy_kwh, at=min(status.measured_at or at, at))
    if session.register is None:
        return _read_first(session, reading)
    if reading.energy_kwh == session.register.energy_kwh:
        return replace(session, register=_confirm(session.register, status, at))
    if _gives_back(session.register, reading, status):
        return _count(session, session.register, reading)
    return _step(session, session.register, reading)


def _read_first(session: SessionEnergy, reading: Register) -> SessionEnergy:
    """Begin to count here, unless the reading is an old one from before the car came."""
    if not session.running or session.started_at is None:
        return replace(session, register=reading)
    if reading.at < session.started_at - SIGHT:
        return session
    return replace(session, register=reading, energy_kwh=0.0)


def _step(session: SessionEnergy, register: Register, reading: Register) -> SessionEnergy:
    """Count from the reading that this one follows from, the higher one first: a reading of 0 among others is no new register."""
    if 0 < register.energy_kwh - reading.energy_kwh <= ROUNDING_KWH:
        return session
    candidates = [candidate for candidate in (register, session.doubted) if candidate is not None]
    for candidate in sorted(candidates, key=lambda candidate: -candidate.energy_kwh):
        if candidate.leads_to(reading):
            return _count(session, candidate, reading)
    return replace(session, register=reading, doubted=session.doubted or register)


def _count(session: SessionEnergy, before: Register, reading: Register) -> SessionEnergy:
    if session.running:
        step_kwh = reading.energy_kwh - before.energy_kwh
        session = replace(
            session,
            energy_kwh=(session.energy_kwh or 0.0) + step_kwh,
            charging_h=session.charging_h + _took_h(step_kwh, reading.at - before.at),
        )
    return replace(session, register=reading, doubted=None)


def _took_h(step_kwh: float, between: timedelta) -> float:
    """Tell how long a step took: the time between its readings, but no longer than the slowest car; none if it gave back."""
    return max(0.0, min(between / timedelta(hours=1), step_kwh / LEAST_KW))


def _confirm(register: Register, status: EvseStatus, at: datetime) -> Register:
    """Move an unchanged reading's time on while no power flows; else the register may simply not have been told yet."""
    idle = status.reachable and status.state is not None and not status.state.power_flows
    return replace(register, at=max(register.at, at)) if idle else register


def _gives_back(register: Register, reading: Register, status: EvseStatus) -> bool:
    """Tell whether the register falls because the vehicle discharges."""
    discharging = status.power_w is not None and status.power_w < 0
    return discharging and replace(reading, at=register.at).leads_to(replace(register, at=reading.at))


def _is_sane(energy_kwh: float) -> bool:
    return math.isfinite(energy_kwh) and energy_kwh >= 0
