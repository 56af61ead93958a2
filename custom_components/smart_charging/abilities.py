"""Abilities: what chargers turned out to be able to do, put into the site that is steered."""

from collections.abc import Mapping
from dataclasses import replace

from .chargers.driver import ChargerDriver
from .engine.model.evse import Evse
from .engine.model.quantities import ALL_PHASES
from .engine.model.site import Site


def with_abilities(site: Site, drivers: Mapping[str, ChargerDriver]) -> Site:
    """Let each charger switch phases if its driver says so by now; the same site where nothing has changed."""
    evses = tuple(_found(evse, drivers) for evse in site.evses)
    return site if evses == site.evses else replace(site, evses=evses)


def _found(evse: Evse, drivers: Mapping[str, ChargerDriver]) -> Evse:
    if (driver := drivers.get(evse.evse_id)) is None:
        return evse
    can = driver.capabilities
    switches = can.can_switch_phases and len(evse.phases) == len(ALL_PHASES)
    if (switches, can.can_switch_under_load) == (evse.can_switch_phases, evse.can_switch_under_load):
        return evse
    return replace(evse, can_switch_phases=switches, can_switch_under_load=can.can_switch_under_load)
