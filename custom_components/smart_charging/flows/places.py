"""Where something hangs: the circuit that feeds it, and the phases it is wired to. Shared by circuits, chargers and loads."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..configuration.rules.tree import Circuits, feeder, path, site_phases
from ..const import CONF_CIRCUIT, CONF_WIRING, ROOT_CIRCUIT, SUBENTRY_CIRCUIT
from .words import whole_site

WIRINGS: Final[Mapping[str, list[str]]] = MappingProxyType(
    {
        "l1_l2_l3": ["l1", "l2", "l3"],
        "l2_l3_l1": ["l2", "l3", "l1"],
        "l3_l1_l2": ["l3", "l1", "l2"],
        "l1": ["l1"],
        "l2": ["l2"],
        "l3": ["l3"],
    }
)
"""The site's phase behind each of its own: installers rotate them to spread what has one phase only."""

DEFAULT_WIRING: Final = "l1_l2_l3"
UNROTATED: Final = (DEFAULT_WIRING, "l1", "l2", "l3")
"""For what takes the same from each of its phases: their order means nothing."""


def circuits_of(entry: ConfigEntry[Any]) -> dict[str, Mapping[str, Any]]:
    """List what is stored of a site's circuits, by their ids."""
    return {circuit.subentry_id: circuit.data for circuit in entry.get_subentries_of_type(SUBENTRY_CIRCUIT)}


async def circuit_options(
    hass: HomeAssistant, entry: ConfigEntry[Any], without: str | None = None
) -> list[SelectOptionDict]:
    """Label what may feed something, the site's supply first; empty when there is nothing but that.

    A circuit, `without`, can be fed neither by itself nor by one that it feeds.
    """
    circuits = circuits_of(entry)
    options = [
        SelectOptionDict(value=circuit.subentry_id, label=circuit.title)
        for circuit in entry.get_subentries_of_type(SUBENTRY_CIRCUIT)
        if without not in path(circuits, circuit.subentry_id)
    ]
    return [SelectOptionDict(value=ROOT_CIRCUIT, label=await whole_site(hass)), *options] if options else []


def circuit_field(options: Sequence[SelectOptionDict]) -> dict[probatio.Marker, Any]:
    """Make the field that asks what feeds it, where there is a choice."""
    if not options:
        return {}
    select = SelectSelector(SelectSelectorConfig(options=list(options), mode=SelectSelectorMode.DROPDOWN))
    return {probatio.Required(CONF_CIRCUIT, default=ROOT_CIRCUIT): select}


def wiring_field(site: Mapping[str, Any], wirings: Sequence[str] = tuple(WIRINGS)) -> dict[probatio.Marker, Any]:
    """Make the field that asks how it is wired, where there is a choice."""
    if len(site_phases(site)) == 1:
        return {}
    select = SelectSelector(
        SelectSelectorConfig(options=list(wirings), translation_key="wiring", mode=SelectSelectorMode.DROPDOWN)
    )
    return {probatio.Required(CONF_WIRING): select}


def place_data(site: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the answers into what is stored; what hangs on the site's supply names no circuit."""
    wiring = WIRINGS[answers[CONF_WIRING]] if CONF_WIRING in answers else [str(phase) for phase in site_phases(site)]
    circuit_id = answers.get(CONF_CIRCUIT, ROOT_CIRCUIT)
    return {**({} if circuit_id == ROOT_CIRCUIT else {CONF_CIRCUIT: circuit_id}), CONF_WIRING: list(wiring)}


def place_as_answers(circuits: Circuits, data: Mapping[str, Any]) -> dict[str, Any]:
    """Turn what is stored back into the answers that made it. A circuit that is gone is the site's supply."""
    wiring = next((name for name, phases in WIRINGS.items() if phases == list(data[CONF_WIRING])), None)
    answers = {CONF_CIRCUIT: feeder(circuits, data)}
    return answers if wiring is None else {**answers, CONF_WIRING: wiring}
