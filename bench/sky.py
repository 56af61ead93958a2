"""A sky over a roof: measured quarter hours, and within them clouds by a random model that keeps each quarter's mean.

The profile (per unit of rated power, 15 min) tells how much came through, not how it came. A two-state model, as they are
in use for irradiance since Morf (The Stochastic Two-State Cloud Cover Model, Solar Energy 2011) and Munkhammar and Widén
(Markov-chain mixtures of the clear-sky index, Solar Energy 2018), decides that:

1. The clear sky of a profile at a time of day is the most that it gave at that time within `AROUND_DAYS` days.
2. Each hour that is neither clear nor overcast is one of broken clouds with the chance `BROKEN`, else one of an even veil
   [assumption; in minutes of which the hour's mean is known, one-minute values are mostly spread around that mean, not in
   two heaps]. A veil flickers by `RIPPLE` of its power, with a time constant of `RIPPLE_S` [assumption].
3. Under broken clouds the sun is out for that share of the time which makes up the mean, while a shadow lets `THROUGH` of it
   pass [assumption]. Shadows last `SHADOW_S`, with a density that falls with the power `SHADOW_EXPONENT` of their length,
   as cloud lengths do (Wood and Field, J. Climate 2011: 1.66; so do Bright et al., Solar Energy 2015, from there to
   minutes), carried at some 10 m/s [assumption]: many of them short, a mean of 77 s. The sun between them lasts for
   exponentially distributed times. The edge of a shadow crosses the roof in `EDGE_S` [assumption].
4. What comes out is scaled so that each quarter has its measured mean, yet never more than `BRIM` times the clear sky:
   broken clouds reflect [assumption].

The same profile, day and seed always give the same sky.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

QUARTER_S: Final = 900
QUARTERS: Final = 96
DAY_S: Final = QUARTER_S * QUARTERS
HOUR: Final = 4
"""Quarters that have one kind of sky."""

AROUND_DAYS: Final = 12
BROKEN: Final = 0.4
THROUGH: Final = 0.3
SHADOW_S: Final = (10.0, 1000.0)
SHADOW_EXPONENT: Final = 1.66
EDGE_S: Final = 20.0
RIPPLE: Final = 0.04
RIPPLE_S: Final = 60.0
BRIM: Final = 1.2
DARK: Final = 0.005
"""Below this share of rated power there is nothing to model."""
CLEAR: Final = 0.9
"""With the sun out for more of the time there are no clouds to speak of, and for less than the rest of it no sun."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A year of quarter hours, per unit of rated power."""

    name: str
    values: Sequence[float]

    def day(self, day: int) -> Sequence[float]:
        """The 96 quarters of a day; day 0 is the first, and after the last comes the first again."""
        first = day % (len(self.values) // QUARTERS) * QUARTERS
        return self.values[first : first + QUARTERS]

    def clear(self, day: int) -> list[float]:
        """The clear sky's quarters at this time of the year."""
        near = [self.day(other) for other in range(day - AROUND_DAYS, day + AROUND_DAYS + 1)]
        return [max(values) for values in zip(*near, strict=True)]


def seconds(profile: Profile, day: int, *, seed: int = 0, broken: float = BROKEN) -> list[float]:
    """Each second's power of one day, per unit of rated power."""
    measured, clear = profile.day(day), profile.clear(day)
    chance = random.Random(f"{profile.name} {day} {seed}")
    shares = [_sunny_share(mean, most) for mean, most in zip(measured, clear, strict=True)]
    for first in range(0, QUARTERS, HOUR):
        if chance.random() >= broken:
            shares[first : first + HOUR] = [None] * HOUR
    factors = _factors(shares, chance)
    result: list[float] = []
    for quarter in range(QUARTERS):
        shape = [factor * _between(measured, quarter, at) for at, factor in enumerate(islice(factors, QUARTER_S))]
        result += _with_mean(shape, measured[quarter], BRIM * clear[quarter])
    return result


def _sunny_share(mean: float, clear: float) -> float | None:
    """The share of a quarter in which the sun is out; None where it is out all the time, or never."""
    if clear < DARK:
        return None
    share = (mean / clear - THROUGH) / (1 - THROUGH)
    return share if 1 - CLEAR <= share <= CLEAR else None


def _factors(shares: Sequence[float | None], chance: random.Random) -> Iterator[float]:
    """What is let through in each second of a day."""
    sunny, left_s, through, ripple = True, 0.0, 1.0, 0.0
    step = (1 - THROUGH) / EDGE_S
    for share in shares:
        for _ in range(QUARTER_S):
            if share is None:
                sunny, left_s = True, 0.0
            elif left_s <= 0:
                sunny = not sunny
                left_s = _sun_s(share, chance) if sunny else _shadow_s(chance)
            left_s -= 1
            through += max(-step, min(step, (1.0 if sunny else THROUGH) - through))
            ripple += -ripple / RIPPLE_S + chance.gauss(0.0, RIPPLE * math.sqrt(2 / RIPPLE_S))
            yield max(0.0, through * (1 + ripple if share is None else 1.0))


def _shadow_s(chance: random.Random) -> float:
    shortest, longest = (math.pow(limit, 1 - SHADOW_EXPONENT) for limit in SHADOW_S)
    return math.pow(shortest + chance.random() * (longest - shortest), 1 / (1 - SHADOW_EXPONENT))


def _moment(power: float) -> float:
    """The integral of a power of the length over all shadows."""
    return (math.pow(SHADOW_S[1], power + 1) - math.pow(SHADOW_S[0], power + 1)) / (power + 1)


MEAN_SHADOW_S: Final = _moment(1 - SHADOW_EXPONENT) / _moment(-SHADOW_EXPONENT)


def _sun_s(share: float, chance: random.Random) -> float:
    return chance.expovariate((1 - share) / (share * MEAN_SHADOW_S))


def _between(quarters: Sequence[float], quarter: int, second: int) -> float:
    """The measured profile as a line through the middles of its quarters."""
    at = second / QUARTER_S - 0.5
    other = max(0, min(QUARTERS - 1, quarter + (1 if at > 0 else -1)))
    return quarters[quarter] + abs(at) * (quarters[other] - quarters[quarter])


def _with_mean(shape: Sequence[float], mean: float, most: float) -> list[float]:
    """Scale a quarter to its mean, with nothing above `most`; what is cut off there is spread over the rest."""
    scaled = list(shape)
    for _ in range(20):
        got = math.fsum(scaled) / len(scaled)
        if got <= 0:
            return [mean] * len(scaled)
        if abs(got - mean) < 1e-6:
            break
        scaled = [min(max(most, mean), value * mean / got) for value in scaled]
    return scaled
