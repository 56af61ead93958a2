"""The steps in which a charger that another integration brings is added, by its table or by hand, and changed."""

from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..chargers.adopted.catalogue import CONF_INTEGRATION, CONF_PAUSE_WORD, CONF_RESUME_WORD
from ..chargers.adopted.driver import roles_of
from ..chargers.adopted.finder import Adoptable, describe, find_adoptable
from ..chargers.adopted.row import Role
from ..const import (
    CONF_CIRCUIT,
    CONF_DRIVER,
    CONF_FAILSAFE_A,
    CONF_MAXIMUM_A,
    CONF_MINIMUM_A,
    CONF_PRIORITY,
    CONF_WIRING,
    DRIVER_ADOPTED,
    SUBENTRY_CHARGER,
)
from .charger_form import charger_as_answers, charger_data, charger_errors, charger_schema, charger_suggestions
from .places import circuit_options

_CHARGER: Final = "charger"
_ON_PAUSES: Final = "on_pauses"
"""Of a switch that is on while the charger is paused."""
_OWN_KEYS: Final = (CONF_MINIMUM_A, CONF_MAXIMUM_A, CONF_FAILSAFE_A, CONF_PRIORITY, CONF_WIRING, CONF_CIRCUIT)


def _entity(*domains: str) -> EntitySelector:
    return EntitySelector(EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain=list(domains))))


_BY_HAND_SCHEMA: Final = probatio.Schema(
    {
        probatio.Optional(str(Role.LIMIT)): _entity("number", "input_number", "select", "input_select"),
        probatio.Optional(str(Role.PAUSE)): _entity("switch", "input_boolean"),
        probatio.Required(_ON_PAUSES, default=False): BooleanSelector(),
        probatio.Required(str(Role.STATUS)): _entity("sensor", "binary_sensor", "select", "input_select"),
        probatio.Optional(str(Role.POWER)): _entity("sensor"),
        probatio.Optional(str(Role.ENERGY)): _entity("sensor"),
        probatio.Optional(str(Role.CURRENT_L1)): _entity("sensor"),
        probatio.Optional(str(Role.CURRENT_L2)): _entity("sensor"),
        probatio.Optional(str(Role.CURRENT_L3)): _entity("sensor"),
    }
)


class AdoptedSteps(ConfigSubentryFlow):
    """List what was found, or let its entities be chosen, then ask how it is wired."""

    def __init__(self) -> None:
        super().__init__()
        self._adoptable: Adoptable | None = None

    async def async_step_adopt(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """List the chargers that other integrations bring, and that are not set up yet."""
        found = {_key(adoptable): adoptable for adoptable in self._adoptables()}
        if user_input is not None and user_input[_CHARGER] not in found:
            return self.async_abort(reason="already_configured")
        if not found:
            return await self.async_step_adopt_by_hand()
        errors: dict[str, str] = {}
        missing = ""
        if user_input is not None:
            chosen = found[user_input[_CHARGER]]
            if not chosen.needed:
                self._adoptable = chosen
                return await self.async_step_adopt_details()
            errors, missing = {"base": "entities_off"}, ", ".join(chosen.needed)
        options = [SelectOptionDict(value=key, label=_label(adoptable)) for key, adoptable in found.items()]
        select = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST))
        return self.async_show_form(
            step_id="adopt",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema({probatio.Required(_CHARGER): select}), user_input
            ),
            errors=errors,
            description_placeholders={"missing": missing},
            last_step=False,
        )

    async def async_step_adopt_by_hand(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Let the entities of a charger that no table knows be chosen."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entities = {Role(role): ref for role, ref in user_input.items() if role in set(Role) and ref}
            words = {CONF_PAUSE_WORD: "on", CONF_RESUME_WORD: "off"} if user_input[_ON_PAUSES] else {}
            self._adoptable = describe(self.hass, entities, **words)
            if self._adoptable is not None:
                return await self.async_step_adopt_details()
            errors = {"base": "entities_missing"}
        return self.async_show_form(
            step_id="adopt_by_hand",
            data_schema=self.add_suggested_values_to_schema(_BY_HAND_SCHEMA, user_input),
            errors=errors,
            last_step=False,
        )

    async def async_step_adopt_details(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how the charger is wired and what it may draw; what its entities tell is suggested."""
        entry, adoptable = self._get_entry(), self._adoptable
        assert adoptable is not None  # noqa: S101 -- the step before has chosen it
        errors: dict[str, str] = {}
        if user_input is not None:
            data = charger_data(entry.data, adoptable.data, user_input)
            errors = charger_errors(entry, data, user_input)
            if not errors:
                return self.async_create_entry(
                    title=user_input[CONF_NAME].strip(), data=data, unique_id=f"{DRIVER_ADOPTED}:{_key(adoptable)}"
                )
        return self.async_show_form(
            step_id="adopt_details",
            data_schema=self.add_suggested_values_to_schema(
                charger_schema(entry.data, await circuit_options(self.hass, entry)),
                user_input or _suggestions(adoptable),
            ),
            errors=errors,
            description_placeholders={"integration": adoptable.known.name or adoptable.name},
            last_step=True,
        )

    async def async_step_adopt_change(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change how a charger that is set up is wired."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            connection = {key: value for key, value in subentry.data.items() if key not in _OWN_KEYS}
            data = charger_data(entry.data, connection, user_input)
            errors = charger_errors(entry, data, user_input, subentry.subentry_id)
            if not errors:
                return self.async_update_and_abort(entry, subentry, title=user_input[CONF_NAME].strip(), data=data)
        known = charger_as_answers(entry, subentry.title, subentry.data)
        return self.async_show_form(
            step_id="adopt_change",
            data_schema=self.add_suggested_values_to_schema(
                charger_schema(entry.data, await circuit_options(self.hass, entry)), user_input or known
            ),
            errors=errors,
            description_placeholders={"integration": subentry.data[CONF_INTEGRATION] or subentry.title},
            last_step=True,
        )

    def _adoptables(self) -> list[Adoptable]:
        """What is there and not set up yet, on any site."""
        taken = {
            ref
            for entry in self.hass.config_entries.async_entries(self._get_entry().domain)
            for charger in entry.get_subentries_of_type(SUBENTRY_CHARGER)
            if charger.data[CONF_DRIVER] == DRIVER_ADOPTED
            for ref in roles_of(charger.data).values()
        }
        return [found for found in find_adoptable(self.hass) if taken.isdisjoint(found.entities.values())]


def _key(adoptable: Adoptable) -> str:
    """Name one charger among all that there are: a device may have several, and one by hand need have none."""
    return ":".join((adoptable.integration or "by_hand", *sorted(adoptable.entities.values())[:1]))


def _label(adoptable: Adoptable) -> str:
    about = [part for part in (adoptable.area, adoptable.known.name) if part and part != adoptable.name]
    return f"{adoptable.name} ({', '.join(about)})" if about else adoptable.name


def _suggestions(adoptable: Adoptable) -> dict[str, Any]:
    """What the form shows: a charger whose current is fixed has one, and not a range."""
    suggested = charger_suggestions(adoptable.name)
    told = adoptable.range
    if not adoptable.can_set:
        return suggested | {CONF_MINIMUM_A: suggested[CONF_MAXIMUM_A], CONF_FAILSAFE_A: 0}
    minimum_a = max(suggested[CONF_MINIMUM_A], told.minimum_a)
    maximum_a = told.maximum_a if told.told else suggested[CONF_MAXIMUM_A]
    return suggested | {CONF_MINIMUM_A: minimum_a, CONF_MAXIMUM_A: maximum_a, CONF_FAILSAFE_A: minimum_a}
