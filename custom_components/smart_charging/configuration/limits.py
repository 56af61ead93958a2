"""The stored limits that come and go, as the rest of the integration uses them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigSubentry

from ..const import (
    CONF_CHARGERS_ONLY,
    CONF_DAYS,
    CONF_ENTITY_ID,
    CONF_HOLIDAYS,
    CONF_HOURS,
    CONF_KIND,
    CONF_VALUE_ENTITY_ID,
)
from ..engine.model.limit import Limit, LimitSource
from ..tariffs.holidays import NO_HOLIDAYS
from ..tariffs.hours import EVERY_DAY, Hours, Rule
from ..tariffs.ready import HOLIDAYS
from ..tariffs.written import read_spans
from .rules.limit import least_bound, set_bound
from .rules.tariff import DAYS
from .rules.tree import Circuits, feeder


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitConfig:
    """One limit that comes and goes: where it holds, when, and how much it allows."""

    name: str
    circuit_id: str
    entity_id: str | None
    """It holds while this is on; None: always, or at its `hours`."""
    value_entity_id: str | None
    """Tells how much it allows, in A, W or kW; None where `limit` does."""
    limit: Limit
    """As set; with an entity that tells its value it is what holds while that has been silent for long."""
    least_a: float = 0.0
    """However little the entity tells, it allows so much on each phase,"""
    least_w: float = 0.0
    """or so much in total."""
    hours: Hours | None = None
    """It holds whenever one of their rules does."""


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
        hours=_hours(data) if CONF_HOURS in data else None,
    )


def _hours(data: Mapping[str, Any]) -> Hours:
    days = DAYS[data[CONF_DAYS]] if CONF_DAYS in data else EVERY_DAY
    return Hours(
        rules=(Rule(period="limited", spans=read_spans(data[CONF_HOURS]), days=days),),
        holidays=HOLIDAYS[data[CONF_HOLIDAYS]] if CONF_HOLIDAYS in data else NO_HOLIDAYS,
    )
