"""The site: a tree of circuits, and the chargers and loads below them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .circuit import Circuit
from .evse import Evse
from .load import SheddableLoad
from .policy import ControlPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the engine knows of a site; made once, by `build`-ing code that has validated it.

    Circuits form one tree with one root; every charger and load names a circuit of it. `voltage_v` is the nominal
    voltage between a phase and neutral.
    """

    circuits: tuple[Circuit, ...]
    evses: tuple[Evse, ...] = ()
    loads: tuple[SheddableLoad, ...] = ()
    voltage_v: float = 230.0
    policy: ControlPolicy = field(default_factory=ControlPolicy)

    def circuit(self, circuit_id: str) -> Circuit:
        """Find a circuit; KeyError when there is none of that name."""
        for circuit in self.circuits:
            if circuit.circuit_id == circuit_id:
                return circuit
        raise KeyError(circuit_id)

    def path(self, circuit_id: str) -> Iterator[Circuit]:
        """Walk from a circuit to the root, both included."""
        next_id: str | None = circuit_id
        while next_id is not None:
            circuit = self.circuit(next_id)
            yield circuit
            next_id = circuit.parent_id

    def evses_below(self, circuit_id: str) -> tuple[Evse, ...]:
        """List the chargers that this circuit feeds, at any depth."""
        return tuple(
            evse
            for evse in self.evses
            if any(circuit.circuit_id == circuit_id for circuit in self.path(evse.circuit_id))
        )
