"""The stored site as the engine knows it: the tree of circuits, with what hangs on it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ..const import CONF_LIMIT_UNIT, CONF_METER, CONF_METER_PERIOD_S, CONF_VOLTAGE_V, ROOT_CIRCUIT
from ..engine.model.circuit import Circuit
from ..engine.model.evse import Evse
from ..engine.model.limit import Limit, LimitSource
from ..engine.model.load import SheddableLoad
from ..engine.model.policy import ControlPolicy
from ..engine.model.site import Site
from .options import read_policy, read_protection, read_unbalance_a
from .rules.tree import Circuits, bound_of, feeder, phases_of, site_phases

type _Data = Mapping[str, Any]

_QUICK_PERIOD_S: Final = 10.0
_RISE_DELAY_S: Final = ControlPolicy().rise_delay_s


def read_site(
    data: _Data, options: _Data, tree: Circuits, *, evses: tuple[Evse, ...], loads: tuple[SheddableLoad, ...]
) -> Site:
    """Put together what is stored of a site, `data` and `options` of its entry and the `tree` of its circuits. All is valid."""
    period_s = float(data[CONF_METER_PERIOD_S])
    supply = replace(
        _circuit(data, tree, ROOT_CIRCUIT),
        protection=read_protection(options),
        unbalance_a=read_unbalance_a(data, options) if len(site_phases(data)) > 1 else None,
    )
    return Site(
        circuits=(supply, *(_circuit(data, tree, circuit_id) for circuit_id in tree)),
        evses=evses,
        loads=loads,
        voltage_v=float(data[CONF_VOLTAGE_V]),
        policy=read_policy(
            data,
            options,
            stale_after_s=stale_after_s(period_s),
            # Two readings at the least must have seen the room.
            rise_delay_s=max(_RISE_DELAY_S, 2 * period_s),
        ),
    )


def stale_after_s(period_s: float) -> float:
    """Tell after how long a silent meter is unknown, s.

    Three of its periods, but at least 10 s (a Wi-Fi hiccup) and at most 25 s: with the time to command it and for the
    car to follow, the chargers are at their failsafe current within 30 s. A meter slower than 10 s cannot keep that
    bound; it is given 2.5 periods, so that one lost report is forgiven, and whoever sets it up is told.
    """
    if period_s <= _QUICK_PERIOD_S:
        return min(25.0, max(10.0, 3 * period_s))
    return 2.5 * period_s


def _circuit(site: _Data, tree: Circuits, circuit_id: str) -> Circuit:
    is_supply = circuit_id == ROOT_CIRCUIT
    data = site if is_supply else tree[circuit_id]
    bound = bound_of(site, tree, circuit_id)
    # A contract's limit is agreed with the supplier; below the supply every limit is a rating.
    rating = not is_supply or data[CONF_LIMIT_UNIT] == "a"
    circuit = Circuit(
        circuit_id=circuit_id,
        phases=tuple(sorted(phases_of(site, tree, circuit_id))),
        limits=(
            Limit(
                source=LimitSource.RATING if rating else LimitSource.SUBSCRIBED,
                current_a=bound.current_a,
                power_w=bound.power_w,
            ),
        ),
        parent_id=None if is_supply else feeder(tree, data),
        protection=read_protection(data),
    )
    if CONF_METER not in data:
        return circuit
    period_s = float(data[CONF_METER_PERIOD_S])
    return replace(circuit, metered=True, meter_period_s=period_s, stale_after_s=stale_after_s(period_s))
