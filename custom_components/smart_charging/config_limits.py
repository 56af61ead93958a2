"""The stored limits that come and go, as the rest of the integration uses them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigSubentry

from .config_rules.limit import least_bound, set_bound
from .config_rules.tree import Circuits, feeder
from .const import CONF_CHARGERS_ONLY, CONF_ENTITY_ID, CONF_KIND, CONF_VALUE_ENTITY_ID
from .engine.model.limit import Limit, LimitSource


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitConfig:
    """One limit that comes and goes: where it holds, when, and how much it allows."""

    name: str
    circuit_id: str
    entity_id: str | None
    """It holds while this is on; None: always."""
    value_entity_id: str | None
    """Tells how much it allows, in A, W or kW; None where `limit` does."""
    limit: Limit
    """As set; with an entity that tells its value it is what holds while that has been silent for long."""
    least_a: float = 0.0
    """However little the entity tells, it allows so much on each phase,"""
    least_w: float = 0.0
    """or so much in total."""


def read_limit(site: Mapping[str, Any], tree: Circuits, subentry: ConfigSubentry) -> LimitConfig:
    """Read a valid limit on a valid `site` with its `tree` of circuits."""
    data = subentry.data
    bound, least = set_bound(data), least_bound(site, tree, data)
    return LimitConfig(
        name=subentry.title,
        circuit_id=feeder(tree, data),
        entity_id=data.get(CONF_ENTITY_ID),
        value_entity_id=data.get(CONF_VALUE_ENTITY_ID),
        limit=Limit(
            source=LimitSource(data[CONF_KIND]),
            current_a=bound.current_a,
            power_w=bound.power_w,
            chargers_only=data.get(CONF_CHARGERS_ONLY, False),
            limit_id=subentry.subentry_id,
        ),
        least_a=least.current_a or 0.0,
        least_w=least.power_w or 0.0,
    )
