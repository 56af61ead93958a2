"""Public holidays, as far as a tariff treats them as Sundays."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """`fixed` are (month, day); `easter` counts days from Easter Sunday; `dates` are those that come but once."""

    fixed: frozenset[tuple[int, int]] = frozenset()
    easter: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        if (day.month, day.day) in self.fixed or day in self.dates:
            return True
        return bool(self.easter) and (day - easter_sunday(day.year)).days in self.easter


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
