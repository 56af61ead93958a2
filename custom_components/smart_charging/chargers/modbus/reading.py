"""What the registers of a charger mean by its profile. No socket in sight."""

import math
from collections.abc import Mapping
from typing import Final

from ...engine.model.evse import EvseInfo, EvState
from ..device import Reading
from .profile import Profile, Raw, Tests

LEAST_V: Final = 207.0
"""The lowest voltage that a supply has for long (EN 50160: 230 V less 10 %)."""
_NOMINAL_V: Final = 230.0
# Below it chargers switch off: what tells less has no phase there, or is broken.
_LOWEST_V: Final = 180.0

type Values = Mapping[str, tuple[Raw | None, ...]]
"""What stands in each register, raw; None is unknown, and one that the charger lacks has nothing."""

# Beyond these no charger for a home or a small site measures: what says so is broken, or is not what it is taken for.
_MOST_A: Final = 500.0
_MOST_W: Final = 500_000.0
_MOST_KWH: Final = 100_000_000.0
# IEC 61851-1 knows no lower offer.
_LEAST_A: Final = 6.0
# What is a step's multiple may be a hair more in a binary number.
_HAIR: Final = 1e-6


def all_hold(tests: Tests, values: Values) -> bool | None:
    """Tell whether all of these hold; None where one of their registers is not known."""
    for test in tests:
        value = first(test.register, values)
        if value is None:
            return None
        if not test.holds(value):
            return False
    return True


def state_of(profile: Profile, values: Values) -> EvState | None:
    """The state of the first rule that holds; None where what comes before it is not known."""
    for rule in profile.state:
        holds = all_hold(rule.when, values)
        if holds is None:
            return None
        if holds:
            return rule.state
    return None


def first(name: str | None, values: Values) -> Raw | None:
    """What stands in a register; None where nothing does."""
    return next(iter(values.get(name, ())), None) if name is not None else None


def scaled(profile: Profile, name: str, values: Values) -> tuple[float | None, ...]:
    """The numbers of a register in its unit, see `Register.scale`."""
    scale = profile.registers[name].scale
    return tuple(None if value is None or isinstance(value, str) else value * scale for value in values.get(name, ()))


def number(profile: Profile, name: str | None, values: Values) -> float | None:
    """One of them."""
    return None if name is None else next(iter(scaled(profile, name, values)), None)


def volts_of(profile: Profile, values: Values, phases: int) -> float:
    """At which voltage a current is made a power, so that no more of it flows.

    Fuses count amperes, and the charger turns the power back into them: with what it measures, or with the nominal
    voltage. The lower of the two is taken, and on the weakest phase; where it does not tell, the lowest that there may be.
    """
    found = [value for name in profile.measured.voltage for value in scaled(profile, name, values)][:phases]
    known = [value for value in found if value is not None and value >= _LOWEST_V]
    return min(_NOMINAL_V, *known) if known and len(known) == phases else LEAST_V


def limit_of(profile: Profile, values: Values, per_a: float = 1.0) -> float | None:
    """What it offers, A per phase; None where it does not tell. `per_a` is what an ampere is in the register, in its unit."""
    pause, limit = profile.pause, profile.limit
    if all_hold(profile.measured.limit_when, values) is not True:
        return None
    limit_a = _current(profile, number(profile, profile.measured.limit, values), per_a)
    if pause is not None and profile.measured.limit is not None:
        may_charge = first(pause.write, values)
        if may_charge is None:
            return None
        if may_charge == pause.off:
            return 0.0
    if limit_a is None or not 0 <= limit_a <= _MOST_A:
        return None
    # Less than it can offer is nothing. A power that somebody else set may be a current below our lowest.
    least_a = _LEAST_A if limit.in_w else limit.minimum_a
    return limit_a if limit_a > least_a - limit.step_a / 2 else 0.0


def _current(profile: Profile, told: float | None, per_a: float) -> float | None:
    """The highest step that is written so: a power is rounded down when it is written, and would show as a little less."""
    limit, name = profile.limit, profile.measured.limit
    if told is None or name is None or not limit.in_w:
        return told
    most_a = (told + profile.registers[name].scale) / per_a
    step_a = (math.ceil(most_a / limit.step_a - _HAIR) - 1) * limit.step_a
    return max(step_a, told / per_a) if told else 0.0


def reading_of(profile: Profile, values: Values, phases: int | None, per_a: float = 1.0) -> Reading:
    """All that it tells. `phases` as `Reading.phases`, `per_a` as `limit_of`."""
    measured = profile.measured
    power_w = _sum(profile, measured.power, values)
    return Reading(
        state=state_of(profile, values),
        limit_a=limit_of(profile, values, per_a),
        phases=phases,
        current_a=_currents(profile, values),
        power_w=None if power_w is None or abs(power_w) > _MOST_W else power_w,
        energy_kwh=_energy(profile, measured.energy, values),
        session_kwh=_energy(profile, measured.session_energy, values),
        fault=_fault(profile, values),
    )


def info_of(profile: Profile, values: Values) -> EvseInfo:
    """Who made it, and what."""
    info = profile.info
    return EvseInfo(
        manufacturer=info.manufacturer,
        model=_word(info.model_register, values) or info.model,
        firmware=_word(info.firmware, values),
    )


def _word(name: str | None, values: Values) -> str:
    value = first(name, values)
    return "" if value is None else str(value)


def _currents(profile: Profile, values: Values) -> tuple[float, ...] | None:
    """On each phase that it has; one that does not tell of all of them tells of none."""
    found = [value for name in profile.measured.current for value in scaled(profile, name, values)]
    known = tuple(value for value in found if value is not None and abs(value) <= _MOST_A)
    return known if known and len(known) == len(found) else None


def _sum(profile: Profile, names: tuple[str, ...], values: Values) -> float | None:
    found = [value for name in names for value in scaled(profile, name, values)]
    known = [value for value in found if value is not None]
    return sum(known) if known and len(known) == len(found) else None


def _energy(profile: Profile, names: tuple[str, ...], values: Values) -> float | None:
    energy_kwh = _sum(profile, names, values)
    return None if energy_kwh is None or not 0 <= energy_kwh <= _MOST_KWH else energy_kwh


def _fault(profile: Profile, values: Values) -> str | None:
    value = first(profile.measured.fault, values)
    return None if not value else f"error {value}"
