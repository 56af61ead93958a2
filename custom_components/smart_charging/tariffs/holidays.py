"""Public holidays, as far as a tariff treats them as Sundays."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_SUNDAY: Final = 6
_WEEK: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """`fixed` are (month, day); `easter` counts days from Easter Sunday; `nth` are (month, weekday, which one).

    Monday is weekday 0. With `observed` a fixed one on a Sunday is kept on Monday as well.
    """

    fixed: frozenset[tuple[int, int]] = frozenset()
    easter: frozenset[int] = frozenset()
    nth: frozenset[tuple[int, int, int]] = frozenset()
    observed: bool = False

    def __contains__(self, day: date) -> bool:
        before = day - timedelta(days=1)
        return (
            (day.month, day.day) in self.fixed
            or (self.observed and before.weekday() == _SUNDAY and (before.month, before.day) in self.fixed)
            or (day.month, day.weekday(), (day.day - 1) // _WEEK + 1) in self.nth
            or (bool(self.easter) and (day - easter_sunday(day.year)).days in self.easter)
        )


def easter_sunday(year: int) -> date:
    """Work out Easter Sunday of the Gregorian calendar.

    The rule is that of Meeus, Jones and Butcher (Jean Meeus, Astronomical Algorithms, 1991).
    """
    century, in_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, of_four = divmod(century, 4)
    shift = (century + 8) // 25
    epact = (19 * golden + century - leap_centuries - (century - shift + 1) // 3 + 15) % 30
    leaps, of_leap = divmod(in_century, 4)
    weekday = (32 + 2 * of_four + 2 * leaps - epact - of_leap) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    from_march = epact + weekday - 7 * late + 21
    return date(year, 3, 1) + timedelta(days=from_march)


NO_HOLIDAYS: Final = Holidays()
