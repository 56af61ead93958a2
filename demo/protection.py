"""What cuts a home off when it takes too much, second by second.

The models judge harshly: where a standard leaves a band, they trip at its early end. A run that trips none of them would
trip nothing that keeps to the standard.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final, Literal, override

LINKY_B: Final = 0.008
"""Linky's filter Y = B·S² + (1 - B)·Y, each second (Enedis, as published; the threshold is ambiguous, see `Linky`)."""

LINKY_THRESHOLD: Final = 1.3**2
"""Y against P²: the reading "S is 1.3 times what is subscribed"."""

LINKY_THRESHOLD_EARLY: Final = 1.3
"""Y against P²: the other reading, "Y = 1.3 P²"."""

NON_TRIPPING: Final = 1.13
"""A breaker never trips at this multiple of its rating (IEC 60898-1)."""

BREAKER_HEATING_S: Final = 137.0
"""Time constant of the thermal release: 2.55 In from cold trips in 30 s, the middle of IEC 60898-1's 1 to 60 s up to 32 A;
1.45 In then trips in 130 s, well inside the conventional hour."""

MAGNETIC: Final = {"B": 3.0, "C": 5.0, "D": 10.0}
"""The multiple of the rating from which a breaker may trip at once: the low end of IEC 60898-1's bands (3 to 5, 5 to 10, 10 to 20)."""

type Curve = Literal["B", "C", "D"]


class Device(ABC):
    """One protected conductor. `step` is called once a second with what flows, and tells whether the device opens."""

    @abstractmethod
    def step(self, load_a: float) -> bool:
        """One second at `load_a`."""

    @abstractmethod
    def reset(self) -> None:
        """Somebody closes it again."""


class Linky(Device):
    """The French meter's own breaker, which acts on apparent power; A stand for VA at constant voltage."""

    def __init__(self, subscribed_a: float, *, threshold: float = LINKY_THRESHOLD, initial: float = 0.0) -> None:
        """`threshold` is Y against P²; `initial` is the load the filter has settled at, as a multiple of P."""
        self._subscribed_a, self._threshold, self._y = subscribed_a, threshold, initial**2

    @override
    def step(self, load_a: float) -> bool:
        self._y += LINKY_B * ((load_a / self._subscribed_a) ** 2 - self._y)
        return self._y > self._threshold

    @override
    def reset(self) -> None:
        self._y = 0.0


class Breaker(Device):
    """A miniature circuit breaker: a bimetal that heats with the square of the current, and a magnetic release."""

    def __init__(self, rating_a: float, curve: Curve, *, initial: float = 0.0) -> None:
        """`initial` is the load the bimetal has settled at, as a multiple of the rating."""
        self._rating_a, self._magnetic, self._heat = rating_a, MAGNETIC[curve], initial**2

    @override
    def step(self, load_a: float) -> bool:
        multiple = load_a / self._rating_a
        self._heat += (1 - math.exp(-1 / BREAKER_HEATING_S)) * (multiple**2 - self._heat)
        return multiple >= self._magnetic or self._heat > NON_TRIPPING**2

    @override
    def reset(self) -> None:
        """Leave the bimetal as warm as it is: it cools with time, not by being closed."""


class Italian(Device):
    """A smart meter that limits power: +10 % without end, up to +33 % for 3 h, above that for 2 min."""

    ALWAYS: Final = 1.10
    LONG: Final = 4 / 3
    LONG_S: Final = 3 * 3600
    SHORT_S: Final = 120

    def __init__(self, contract_a: float) -> None:
        """`contract_a` is the contract's power over the voltage: the sum of the phases."""
        self._contract_a, self._above_s, self._far_above_s = contract_a, 0, 0

    @override
    def step(self, load_a: float) -> bool:
        multiple = load_a / self._contract_a
        self._above_s = self._above_s + 1 if multiple > self.ALWAYS else 0
        self._far_above_s = self._far_above_s + 1 if multiple > self.LONG else 0
        return self._above_s > self.LONG_S or self._far_above_s > self.SHORT_S

    @override
    def reset(self) -> None:
        self._above_s = self._far_above_s = 0


class Protection:
    """The devices of a supply: one for each phase, or one for them all. Any of them opens all phases."""

    def __init__(self, devices: Sequence[Device], *, in_total: bool = False) -> None:
        """`in_total`: the one device sees the sum of the phases."""
        self._devices, self._in_total = list(devices), in_total

    def step(self, load_a: tuple[float, ...]) -> bool:
        """One second; every device is stepped, also when one of them trips."""
        loads = (sum(load_a),) if self._in_total else load_a
        opened = [device.step(load) for device, load in zip(self._devices, loads, strict=True)]
        return any(opened)

    def reset(self) -> None:
        """Close it again."""
        for device in self._devices:
            device.reset()
