"""The site: a tree of circuits, and the chargers and loads below them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, cast

from .circuit import Circuit
from .evse import Evse
from .limit import Limit
from .load import SheddableLoad
from .policy import ControlPolicy

_KEPT: Final = 8
"""Cars come and go, and with them the phases in use: more than these few arrangements are not seen again soon."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """What the engine knows of a site; made once, by code that has validated it.

    Circuits form one tree with one root; every charger and load names a circuit of it. `voltage_v` is the nominal
    voltage between a phase and neutral. It has no slots, so that what follows from it is computed once: a tick may not
    take longer because the tree is deep.
    """

    circuits: tuple[Circuit, ...]
    evses: tuple[Evse, ...] = ()
    loads: tuple[SheddableLoad, ...] = ()
    voltage_v: float = 230.0
    policy: ControlPolicy = field(default_factory=ControlPolicy)

    def circuit(self, circuit_id: str) -> Circuit:
        """Find a circuit; KeyError when there is none of that name."""
        return self._by_id[circuit_id]

    def path(self, circuit_id: str) -> tuple[Circuit, ...]:
        """List the circuits from this one to the root, both included."""
        return self._paths[circuit_id]

    def evses_below(self, circuit_id: str) -> tuple[Evse, ...]:
        """List the chargers that this circuit feeds, at any depth."""
        return self._evses_below[circuit_id]

    def loads_below(self, circuit_id: str) -> tuple[SheddableLoad, ...]:
        """List the sheddable loads that this circuit feeds, at any depth."""
        return tuple(load for load in self.loads if self._is_on_path(circuit_id, load.circuit_id))

    def meters_below(self, circuit_id: str) -> tuple[Circuit, ...]:
        """List the metered circuits below this one that are next to it: none of them feeds another of them."""
        below = [
            circuit
            for circuit in self.circuits
            if circuit.metered and circuit.circuit_id != circuit_id and self._is_on_path(circuit_id, circuit.circuit_id)
        ]
        ids = {circuit.circuit_id for circuit in below}
        return tuple(
            circuit
            for circuit in below
            if not any(above.circuit_id in ids for above in self.path(circuit.circuit_id)[1:])
        )

    def limited(self, limits: Mapping[str, tuple[Limit, ...]]) -> Site:
        """Give this site with more limits, by circuit id; ids that it does not have are ignored."""
        more = {circuit_id: held for circuit_id, held in limits.items() if held and circuit_id in self._by_id}
        if not more:
            return self
        return self.derived(
            ("limited", tuple(sorted(more.items(), key=lambda item: item[0]))),
            lambda: replace(
                self,
                circuits=tuple(
                    replace(circuit, limits=(*circuit.limits, *more.get(circuit.circuit_id, ())))
                    for circuit in self.circuits
                ),
            ),
        )

    def derived[T](self, key: object, make: Callable[[], T]) -> T:
        """Give what `make` once made of this site under this key: what follows from a site alone is not made each tick.

        A few are kept; `key` is hashable, and names all that `make` looks at besides the site.
        """
        known = self._derived
        if key not in known:
            if len(known) >= _KEPT:
                known.clear()
            known[key] = make()
        return cast("T", known[key])

    @cached_property
    def _derived(self) -> dict[object, object]:
        return {}

    def _is_on_path(self, circuit_id: str, from_id: str) -> bool:
        return any(circuit.circuit_id == circuit_id for circuit in self.path(from_id))

    @cached_property
    def _by_id(self) -> Mapping[str, Circuit]:
        return {circuit.circuit_id: circuit for circuit in self.circuits}

    @cached_property
    def _paths(self) -> Mapping[str, tuple[Circuit, ...]]:
        return {circuit.circuit_id: tuple(self._walk(circuit)) for circuit in self.circuits}

    def _walk(self, circuit: Circuit) -> Iterator[Circuit]:
        yield circuit
        while circuit.parent_id is not None:
            circuit = self._by_id[circuit.parent_id]
            yield circuit

    @cached_property
    def _evses_below(self) -> Mapping[str, tuple[Evse, ...]]:
        below: dict[str, list[Evse]] = {circuit.circuit_id: [] for circuit in self.circuits}
        for evse in self.evses:
            for circuit in self.path(evse.circuit_id):
                below[circuit.circuit_id].append(evse)
        return {circuit_id: tuple(evses) for circuit_id, evses in below.items()}
