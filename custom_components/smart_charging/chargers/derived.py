"""What the current on each phase has to be, where a charger tells no more than its power."""

from typing import Final

_NOMINAL_V: Final = 230.0
# Less is a charger's own standby.
_NOTHING_A: Final = 0.5
# Less than this of an even share is too little to say that all phases carry it: the car may charge on fewer.
_SHARE: Final = 0.75


def currents_of(
    power_w: float | None, phases: int, offered_a: float | None, offered_phases: int | None = None
) -> tuple[float, ...] | None:
    """A on each of so many phases, for a car that takes `power_w` of what it is offered; None where nobody can say.

    No phase carries more than is offered, unless the car takes more in all; so each carries at least what the others cannot.
    That least is told: what is left counts as the home's own, which errs on the safe side.
    """
    if power_w is None or power_w < 0:
        return None
    total_a = power_w / _NOMINAL_V
    if total_a <= _NOTHING_A:
        return (0.0,) * phases
    active = min(phases, offered_phases or phases)
    each_a = _each(total_a, active, offered_a)
    return None if each_a is None else (*(each_a,) * active, *(0.0,) * (phases - active))


def _each(total_a: float, phases: int, offered_a: float | None) -> float | None:
    if phases == 1:
        return total_a
    if offered_a is None:
        return None
    if total_a >= phases * offered_a:
        return total_a / phases
    least_a = total_a - (phases - 1) * offered_a
    return least_a if least_a >= _SHARE * total_a / phases else None
