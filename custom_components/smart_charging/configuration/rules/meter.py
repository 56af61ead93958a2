"""What a valid meter is, the site's or a circuit's own."""

from collections.abc import Collection, Sequence
from typing import Any

from ...const import CONF_ENTITY_ID, CONF_METER, CONF_METER_PERIOD_S, CONF_PHASE, CONF_ROLE
from ...engine.model.quantities import Phase
from ...sources.meter_catalogue import Role
from .fields import Data, Errors, is_positive


def meter_errors(data: Data, phases: Collection[Phase]) -> Errors:
    """Judge a meter: its channels must tell the import, in total or on each of `phases`, at a known rhythm.

    Where the phases are not known, their own error says so, and the channels are not judged.
    """
    errors: Errors = {}
    if phases and (error := _judge_channels(data.get(CONF_METER), phases)) is not None:
        errors[CONF_METER] = error
    if not is_positive(data, CONF_METER_PERIOD_S):
        errors[CONF_METER_PERIOD_S] = "period_not_positive"
    return errors


def meter_entities(data: Data) -> set[str]:
    """List the entities of a meter; none where there is no meter."""
    return {channel[CONF_ENTITY_ID] for channel in data.get(CONF_METER) or () if CONF_ENTITY_ID in channel}


def _judge_channels(channels: Any, phases: Collection[Phase]) -> str | None:
    if not isinstance(channels, Sequence) or not channels:
        return "meter_missing"
    places = [(channel.get(CONF_ROLE), channel.get(CONF_PHASE)) for channel in channels]
    entities = [channel.get(CONF_ENTITY_ID) for channel in channels]
    if len(set(places)) < len(places) or len(set(entities)) < len(entities):
        return "meter_twice"
    if any(role not in set(Role) or (phase is not None and phase not in phases) for role, phase in places):
        return "meter_incomplete"
    imports = {phase for role, phase in places if role != Role.EXPORT}
    exports = {phase for role, phase in places if role == Role.EXPORT}
    # A net channel beside an import or export one of the same phase would count twice.
    doubled = {phase for role, phase in places if role == Role.NET} & {
        phase for role, phase in places if role != Role.NET
    }
    complete = None in imports or set(phases) <= imports
    return None if complete and exports <= imports and not doubled else "meter_incomplete"
