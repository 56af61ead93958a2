"""Events of each charger: somebody showed a card, its plan has changed, or something happened to its security."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, override

from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .cards.book import masked
from .cards.desk import CardShown, shown_signal
from .const import DOMAIN
from .engine.model.operation import Operation
from .engine.model.plan import Plan
from .engine.model.security import SecurityKind, SecurityReport
from .entity import ChargerEntity, async_charger_places
from .foresight.plan_changes import PlanChange, changes
from .operations import async_watch_security, offers
from .plan_entity import PlanEntity, PlanView, async_plan_places, local
from .plan_stretches import is_for
from .runtime import SmartChargingConfigEntry

PARALLEL_UPDATES = 0


class CardEvent(StrEnum):
    """What came of it. A card that is not known may be let charge all the same: the attribute `accepted` tells."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


CARD_DESCRIPTION: Final = EventEntityDescription(
    key="card", translation_key="card", event_types=[str(kind) for kind in CardEvent]
)

SECURITY_DESCRIPTION: Final = EventEntityDescription(
    key="security",
    translation_key="security",
    event_types=[str(kind) for kind in SecurityKind],
    entity_category=EntityCategory.DIAGNOSTIC,
)


class PlanEvent(StrEnum):
    """What is worth telling of a plan; each quarter of an hour it is made anew, and that is not."""

    CHANGED = "plan_changed"
    AT_RISK = "goal_at_risk"
    """Once for each goal."""


PLAN_DESCRIPTION: Final = EventEntityDescription(
    key="plan", translation_key="plan", event_types=[str(kind) for kind in PlanEvent]
)


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the events of each charger."""
    for place in async_charger_places(hass, entry):
        events: list[EventEntity] = [CardEntity(entry, CARD_DESCRIPTION, place)]
        if offers(entry, place.evse.evse_id, Operation.SECURITY):
            events.append(SecurityEntity(entry, SECURITY_DESCRIPTION, place))
        async_add_entities(events, config_subentry_id=place.subentry_id)
    _add_plans(hass, entry, async_add_entities)


def _add_plans(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the events of plans, or remove them where nobody tells a tariff any more."""
    planned = async_plan_places(hass, entry)
    for place in planned:
        async_add_entities([PlanEventEntity(entry, PLAN_DESCRIPTION, place)], config_subentry_id=place.subentry_id)
    registry = er.async_get(hass)
    for place in [] if planned else async_charger_places(hass, entry):
        unique_id = f"{place.evse.evse_id}_{PLAN_DESCRIPTION.key}"
        if (entity_id := registry.async_get_entity_id(EVENT_DOMAIN, DOMAIN, unique_id)) is not None:
            registry.async_remove(entity_id)


class CardEntity(ChargerEntity, EventEntity):
    """Happens when a card is held to the charger, or a car identifies itself."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(async_dispatcher_connect(self.hass, shown_signal(self._evse.evse_id), self._show))

    @callback
    def _show(self, shown: CardShown) -> None:
        card = shown.card
        kind = CardEvent.ACCEPTED if shown.accepted else CardEvent.REFUSED
        self._trigger_event(
            CardEvent.UNKNOWN if card is None else kind,
            {
                "name": None if card is None else card.name,
                "person": None if card is None else card.person,
                "vehicle": None if card is None else card.vehicle,
                "number": masked(shown.number),
                "accepted": shown.accepted,
            },
        )
        self.async_write_ha_state()

    @override
    def _shows(self) -> object:
        return None


class SecurityEntity(ChargerEntity, EventEntity):
    """Happens when the charger reports something of its security. One that charges several cars reports for all."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        entry, evse_id = self.coordinator.config_entry, self._evse.evse_id
        self.async_on_remove(async_watch_security(entry, evse_id, self._show))

    @callback
    def _show(self, report: SecurityReport) -> None:
        self._trigger_event(report.kind, {"word": report.word, "info": report.info or None})
        self.async_write_ha_state()

    @override
    def _shows(self) -> object:
        return None


class PlanEventEntity(PlanEntity, EventEntity):
    """Happens when a plan is for another goal, or has moved so far that people should know, and when a goal is at risk."""

    _goal: Mapping[str, str | None] | None = None
    """What was told is for this one; over a restart the last event tells it."""
    _told: Plan | None = None
    _seen: Plan | None = None
    """Whether there is anything to tell of it was looked at."""
    _is_risk_told: bool = False

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        last = self.state_attributes
        if last["event_type"] is not None:
            self._goal = {key: last[key] for key in ("plugged_in_at", "departure")}
            self._is_risk_told = last["missed_kwh"] > 0
        self._look()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        super()._handle_coordinator_update()
        self._look()

    @override
    def _shows(self) -> object:
        return None

    def _look(self) -> None:
        """Tell what people should know and do not."""
        planned, session = self.planned, self.view.session
        if planned.aim is None or planned.plan is None or planned.plan is self._seen:
            return
        if not is_for(planned.plan, planned.aim):
            return
        self._seen = planned.plan
        started_at = None if session is None else session.started_at
        goal = {"plugged_in_at": local(started_at), "departure": local(planned.aim.departure)}
        changed = self._changed(planned, planned.plan, goal)
        if goal != self._goal:
            self._goal, self._is_risk_told = goal, False
        if changed:
            self._tell(PlanEvent.CHANGED, planned.plan, {"changed": changed})
        if planned.plan.missed_kwh > 0 and not self._is_risk_told:
            self._is_risk_told = True
            self._tell(PlanEvent.AT_RISK, planned.plan, {"why": planned.plan.missed_for})

    def _changed(self, planned: PlanView, plan: Plan, goal: Mapping[str, str | None]) -> list[PlanChange]:
        """Tell what is other than people know, and take it for known from now on."""
        if goal != self._goal:
            found = [PlanChange.GOAL] if planned.stretches else []
        else:
            found = [] if self._told is None else list(changes(self._told, plan, planned.at))
        if found or self._told is None or goal != self._goal:
            self._told = plan
        return found

    def _tell(self, kind: PlanEvent, plan: Plan, details: Mapping[str, Any]) -> None:
        """Let it happen; the attributes tell the plan."""
        left = self.planned.stretches
        attributes = {
            "sentence": self.sentence,
            "start": local(left[0].start) if left else None,
            "end": local(left[-1].end) if left else None,
            "cost": None if plan.cost is None else round(plan.cost, 2),
            "missed_kwh": round(plan.missed_kwh, 2),
        }
        self._trigger_event(kind, {**attributes, **details, **(self._goal or {})})
        self.async_write_ha_state()
