"""A circuit below the mains: the outlets that it feeds, and the breaker that protects them."""

from collections.abc import Sequence
from dataclasses import dataclass

from .outlet import Outlet, sum_phases
from .protection import Breaker, Protection
from .switchgear import Switchgear


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitState:
    """One second of a circuit."""

    name: str
    limit_a: float
    load_a: tuple[float, ...]
    """A on each of the site's phases."""
    tripped: bool
    """Its breaker opened in this second."""
    powered: bool

    @property
    def exceeded(self) -> bool:
        """Whether more flows than may; a phase at its limit to the milliampere is not over it."""
        return max(self.load_a) - self.limit_a > 0.001


class HomeCircuit:
    """Feeds some of the home's outlets from behind a C breaker."""

    def __init__(self, name: str, *, limit_a: float, phases: int, outlets: Sequence[Outlet]) -> None:
        """`limit_a` is the breaker's rating per phase; `phases` are the site's."""
        self.name, self.limit_a, self.outlets = name, limit_a, tuple(outlets)
        self._phases = phases
        self._breaker = Switchgear(Protection([Breaker(limit_a, "C") for _ in range(phases)]))

    @property
    def closed(self) -> bool:
        """Whether its outlets have power in the next second, as far as it is up to this circuit."""
        return self._breaker.closed

    def step(self) -> CircuitState:
        """One second, after its outlets have moved."""
        load_a, powered = sum_phases(self.outlets, self._phases), self.closed
        tripped = self._breaker.step(load_a)
        return CircuitState(name=self.name, limit_a=self.limit_a, load_a=load_a, tripped=tripped, powered=powered)
