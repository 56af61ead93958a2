"""What the registers of a charger mean by its profile. No socket in sight."""

from collections.abc import Mapping
from typing import Final

from ...engine.model.evse import EvseInfo, EvState
from ..device import Reading
from .profile import Profile, Raw, Tests

type Values = Mapping[str, tuple[Raw | None, ...]]
"""What stands in each register, raw; None is unknown, and one that the charger lacks has nothing."""

# Beyond these no charger for a home or a small site measures: what says so is broken, or is not what it is taken for.
_MOST_A: Final = 500.0
_MOST_W: Final = 500_000.0
_MOST_KWH: Final = 100_000_000.0


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


def limit_of(profile: Profile, values: Values) -> float | None:
    """What it offers, A per phase; None where it does not tell."""
    pause, limit = profile.pause, profile.limit
    limit_a = number(profile, profile.measured.limit, values)
    if pause is not None and profile.measured.limit is not None:
        may_charge = first(pause.write, values)
        if may_charge is None:
            return None
        if may_charge == pause.off:
            return 0.0
    if limit_a is None or not 0 <= limit_a <= _MOST_A:
        return None
    # Less than it can offer is nothing.
    return limit_a if limit_a > limit.minimum_a - limit.step_a / 2 else 0.0


def reading_of(profile: Profile, values: Values, phases: int | None) -> Reading:
    """All that it tells. `phases` as `Reading.phases`."""
    measured = profile.measured
    power_w = _sum(profile, measured.power, values)
    return Reading(
        state=state_of(profile, values),
        limit_a=limit_of(profile, values),
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
