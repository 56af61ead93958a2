"""What the circuits leave to the cars: their limits, less what the house is hardly ever above."""

from collections.abc import Iterator, Mapping, Sequence

from ..model.circuit import Circuit
from ..model.evse import Evse
from ..model.limit import Limit
from ..model.outlook import Outlook
from ..model.quantities import Phase
from ..model.site import Site
from .problem import Bound
from .question import Question
from .span import Span


def bounds_of(
    question: Question, phases: Sequence[int], evses: Sequence[Evse], spans: Sequence[Span]
) -> tuple[Bound, ...]:
    """Write down every limit that a car counts in; `phases` tells on how many of its charger's own each car charges."""
    rows: dict[tuple[tuple[int, float], ...], list[float]] = {}
    site = question.site
    most_kw = [evse.maximum_a * count * site.voltage_v / 1000 for evse, count in zip(evses, phases, strict=True)]
    for circuit in site.circuits:
        below = {evse.evse_id for evse in site.evses_below(circuit.circuit_id)}
        members = {
            number: (evse.phases[:count], count)
            for number, (evse, count) in enumerate(zip(evses, phases, strict=True))
            if evse.evse_id in below
        }
        house = _house_of(question.outlook, circuit, spans)
        for limit, when in _limits(question, circuit, spans):
            for factors, left_kw in _rows(site, circuit, limit, members, house):
                # Where it does not hold it leaves as much as they can take.
                free_kw = sum(factor * most_kw[number] for number, factor in factors.items())
                capacity = [kw if holds else free_kw for kw, holds in zip(left_kw, when, strict=True)]
                known = rows.setdefault(tuple(sorted(factors.items())), capacity)
                rows[tuple(sorted(factors.items()))] = [min(pair) for pair in zip(known, capacity, strict=True)]
    return tuple(Bound(factors=dict(key), capacity=tuple(capacity)) for key, capacity in rows.items())


def _limits(question: Question, circuit: Circuit, spans: Sequence[Span]) -> Iterator[tuple[Limit, list[bool]]]:
    """List a circuit's limits, each with the spans in which it holds: its own always do."""
    yield from ((limit, [True] * len(spans)) for limit in circuit.limits)
    for held in question.limits.get(circuit.circuit_id, ()):
        yield held.limit, [held.start <= span.start < held.end for span in spans]


type _House = Mapping[Phase | None, Sequence[float]]
"""What it is hardly ever above, by span, kW: on each phase, and under None in total."""


def _house_of(outlook: Outlook, circuit: Circuit, spans: Sequence[Span]) -> _House:
    """The house is above all circuits but the site's own, and not in them."""
    if circuit.parent_id is not None:
        return dict.fromkeys((None, *circuit.phases), [0.0] * len(spans))
    return {None: [outlook.high_base_kw(span.start, span.end) for span in spans]} | {
        phase: [outlook.high_phase_kw(span.start, span.end, phase, circuit.phases) for span in spans]
        for phase in circuit.phases
    }


type _Members = Mapping[int, tuple[Sequence[Phase], int]]


def _rows(
    site: Site, circuit: Circuit, limit: Limit, members: _Members, house: _House
) -> Iterator[tuple[dict[int, float], list[float]]]:
    """All in kW: of one phase, or of all together."""
    share = 0.0 if limit.chargers_only else 1.0
    if limit.power_w is not None and members:
        margin_kw = site.policy.margin_a * site.voltage_v * len(circuit.phases) / 1000
        usable_kw = limit.power_w / 1000 - margin_kw
        yield dict.fromkeys(members, 1.0), [max(0.0, usable_kw - share * kw) for kw in house[None]]
    if limit.current_a is None:
        return
    usable_kw = (limit.current_a - site.policy.margin_a) * site.voltage_v / 1000
    for phase in circuit.phases:
        factors = {number: 1 / count for number, (phases, count) in members.items() if phase in phases}
        if factors:
            yield factors, [max(0.0, usable_kw - share * kw) for kw in house[phase]]
