"""What a valid charger that another integration brings is."""

from collections.abc import Mapping, Sequence

from ...chargers.adopted.catalogue import CONF_ENTITIES, charger_of
from ...chargers.adopted.driver import roles_of
from ...const import CONF_MAXIMUM_A, CONF_MINIMUM_A
from .fields import Data, Errors


def judge_adopted(others: Sequence[Data], data: Data) -> Errors:
    """Judge by which entities a charger is steered, beside the others."""
    entities = data.get(CONF_ENTITIES)
    if not isinstance(entities, Mapping) or not all(isinstance(ref, str) and ref for ref in entities.values()):
        return {CONF_ENTITIES: "entities_missing"}
    known, roles = charger_of(data), roles_of(data)
    if not known.can_set(roles.keys()) and not known.can_pause(roles.keys()):
        return {CONF_ENTITIES: "entities_missing"}
    taken = {ref for other in others for ref in roles_of(other).values()}
    if taken & set(roles.values()):
        return {CONF_ENTITIES: "entities_taken"}
    if not known.can_set(roles.keys()) and data.get(CONF_MINIMUM_A) != data.get(CONF_MAXIMUM_A):
        return {CONF_MINIMUM_A: "current_is_fixed"}
    return {}
