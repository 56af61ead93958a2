"""Adds the tariff of a site, and changes it.

The steps: `user` is a menu -> dynamic | ready | own | fixed.
  dynamic       {price_source}: one of the offered options' values, or "any" -> dynamic_entity {entity_id}; left out when none is found
  ready         {ready}, then ready_prices {hours, standard_time, today, tomorrow, dispatches, and a price for each name}
  own           {price, period_1..4: {price, hours, days, first_month, last_month}}
  fixed         {price}
Each leads to `extras` {surcharge, vat_pct, feed_in_price | feed_in_entity, grid_fee: {low, standard, high, low_hours,
high_hours, quarters}, peak: {peak, peak_price, peak_steps, peak_guard}, carbon: {carbon, carbon_entities, carbon_price}}, which
may all be left out, and that, for the peak "own" by way of `peak_own` {peak_window, peak_count, hours, days, first_month, last_month,
holidays, peak_else_pct}, to the menu `preview` (or `preview_odd`, where the prices look wrong) -> save | extras | user.
`reconfigure` is a menu -> prices | extras | user.
"""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigSubentryFlow, SubentryFlowResult

from ..configuration.rules.fields import Errors
from ..configuration.rules.tariff import (
    KIND_DYNAMIC,
    KIND_FIXED,
    KIND_OWN,
    KIND_READY,
    judge_own_peak,
    validate_extras,
    validate_tariff,
)
from ..const import (
    CONF_ANCHOR,
    CONF_CARBON_ENTITIES,
    CONF_ENTITY_ID,
    CONF_KIND,
    CONF_PEAK_OWN,
    CONF_PRICE,
    CONF_PRICE_SOURCE,
    CONF_READY,
    SUBENTRY_TARIFF,
)
from ..sources.carbon_hints import find_carbon_entities
from ..sources.price import PriceSource
from ..sources.price_catalogue import ANY, BY_KEY
from ..sources.price_finder import anchor_of, entity_of, find_prices
from ..sources.tariff_hints import find_tariff_entities
from ..tariffs.ready import READY_TARIFFS
from .own_entities import is_own
from .peak_form import OWN_PEAK_SCHEMA, is_own_peak, own_peak_of
from .tariff_form import (
    at_fields,
    dynamic_answers,
    dynamic_data,
    dynamic_schema,
    entity_schema,
    extras_answers,
    extras_data,
    extras_of,
    extras_schema,
    fixed_schema,
    own_answers,
    own_data,
    own_schema,
    ready_answers,
    ready_data,
    ready_prices_schema,
    ready_schema,
    with_carbon_entities,
)
from .tariff_preview import preview_of, unit_of
from .words import option_words

_MENU: Final = [KIND_DYNAMIC, KIND_READY, KIND_OWN, KIND_FIXED]


class TariffSubentryFlow(ConfigSubentryFlow):
    """Asks for the prices of energy, then for what comes on top, and shows what that comes to."""

    _ready: str

    def __init__(self) -> None:
        super().__init__()
        self._data: dict[str, Any] = {}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Let the user choose how the prices are known."""
        del user_input
        if self.source != SOURCE_RECONFIGURE and list(self._get_entry().get_subentries_of_type(SUBENTRY_TARIFF)):
            return self.async_abort(reason="tariff_exists")
        return self.async_show_menu(step_id="user", menu_options=_MENU)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Let the user choose what to change."""
        del user_input
        self._data = dict(self._get_reconfigure_subentry().data)
        return self.async_show_menu(step_id="reconfigure", menu_options=["prices", "extras", "user"])

    async def async_step_prices(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change the prices of the tariff that there is."""
        del user_input
        match self._data[CONF_KIND]:
            case kind if kind == KIND_DYNAMIC:
                return await self.async_step_dynamic()
            case kind if kind == KIND_OWN:
                return await self.async_step_own()
            case kind if kind == KIND_FIXED:
                return await self.async_step_fixed()
        self._ready = self._data[CONF_READY]
        return await self.async_step_ready_prices()

    async def async_step_dynamic(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose among the price sources that were found; without any, go straight to choosing an entity."""
        found = find_prices(self.hass)
        if not found or (user_input is not None and user_input[CONF_PRICE_SOURCE] == ANY.key):
            return await self.async_step_dynamic_entity()
        if user_input is not None:
            return await self._take(dynamic_data(KIND_DYNAMIC, user_input))
        other = (await option_words(self.hass, "tariff_label"))["other_entity"]
        return self._ask("dynamic", dynamic_schema(found, other), dynamic_answers(self._data), {})

    async def async_step_dynamic_entity(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the entity that has the prices."""
        errors: Errors = {}
        if user_input is not None:
            entity_id = user_input[CONF_ENTITY_ID]
            if await PriceSource(self.hass, ANY.key, entity_id).async_ask():
                anchor = anchor_of(self.hass, entity_id)
                return await self._take({CONF_KIND: KIND_DYNAMIC, CONF_PRICE_SOURCE: ANY.key, CONF_ANCHOR: anchor})
            errors = {CONF_ENTITY_ID: "no_rows"}
        known = entity_of(self.hass, self._data[CONF_ANCHOR]) if self._is_of_any_entity() else None
        shown = user_input or ({} if known is None else {CONF_ENTITY_ID: known})
        return self._ask("dynamic_entity", entity_schema(), shown, errors)

    async def async_step_ready(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Choose a ready tariff."""
        if user_input is not None:
            self._ready = user_input[CONF_READY]
            return await self.async_step_ready_prices()
        return self._ask("ready", ready_schema(), self._data, {})

    async def async_step_ready_prices(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for what the ready tariff does not bring."""
        ready = READY_TARIFFS[self._ready]
        errors: Errors = {}
        if user_input is not None:
            data = ready_data(KIND_READY, ready, user_input)
            errors = validate_tariff(data)
            if not errors:
                return await self._take(data)
        shown = user_input or find_tariff_entities(self.hass) | ready_answers(ready, self._data)
        name = (await option_words(self.hass, "ready_tariff"))[ready.key]
        return self._ask("ready_prices", ready_prices_schema(ready), shown, errors, tariff=name)

    async def async_step_own(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the periods of one's own tariff."""
        errors: Errors = {}
        if user_input is not None:
            data = own_data(KIND_OWN, user_input)
            errors = validate_tariff(data)
            if not errors:
                return await self._take(data)
            errors = at_fields(errors)
        shown = user_input or own_answers(self._data)
        return self._ask("own", own_schema(shown), shown, errors)

    async def async_step_fixed(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the one price."""
        if user_input is not None:
            return await self._take({CONF_KIND: KIND_FIXED, CONF_PRICE: user_input[CONF_PRICE]})
        return self._ask("fixed", fixed_schema(), self._data, {})

    async def async_step_extras(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for what comes on top."""
        errors: Errors = {}
        if user_input is not None:
            extras = extras_data(user_input)
            errors = validate_extras(extras)
            if not errors and any(is_own(self.hass, entity_id) for entity_id in extras.get(CONF_CARBON_ENTITIES, ())):
                errors = {CONF_CARBON_ENTITIES: "own_entity"}
            if not errors:
                own_peak = own_peak_of(self._data)
                self._data = {key: value for key, value in self._data.items() if key not in extras_of(self._data)}
                self._data |= extras
                if is_own_peak(extras):
                    self._data |= own_peak
                    return await self.async_step_peak_own()
                return await self.async_step_preview()
            errors = at_fields(errors)
        filled = user_input or extras_answers(self._data)
        shown = with_carbon_entities(filled, find_carbon_entities(self.hass))
        return self._ask("extras", extras_schema(filled), shown, errors, prices=await self._prices_in_words())

    async def async_step_peak_own(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask how the month's highest power is counted."""
        errors: Errors = {}
        if user_input is not None:
            errors = judge_own_peak(user_input)
            if not errors:
                self._data[CONF_PEAK_OWN] = user_input
                return await self.async_step_preview()
        shown = user_input or self._data.get(CONF_PEAK_OWN, {})
        return self._ask("peak_own", OWN_PEAK_SCHEMA, shown, errors)

    async def async_step_preview(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show what the tariff comes to."""
        del user_input
        preview = await preview_of(self.hass, self._get_entry().entry_id, self._data)
        return self.async_show_menu(
            step_id="preview_odd" if preview.odd else "preview",
            menu_options=["extras", "user", "save"] if preview.odd else ["save", "extras", "user"],
            description_placeholders=preview.placeholders,
        )

    async_step_preview_odd = async_step_preview

    async def async_step_save(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Store the tariff."""
        del user_input
        title = await self._title()
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=title, data=self._data
            )
        return self.async_create_entry(title=title, data=self._data)

    async def _take(self, data: dict[str, Any]) -> SubentryFlowResult:
        self._data = data | extras_of(self._data)
        return await self.async_step_extras()

    async def _prices_in_words(self) -> str:
        """Say whether VAT is in the prices already."""
        words = await option_words(self.hass, "tariff_label")
        known = BY_KEY[self._data[CONF_PRICE_SOURCE]] if self._data[CONF_KIND] == KIND_DYNAMIC else None
        if known is None:
            return words["entered"]
        return words[{True: "with_vat", False: "without_vat", None: "vat_unknown"}[known.vat]]

    def _is_of_any_entity(self) -> bool:
        return self._data.get(CONF_PRICE_SOURCE) == ANY.key

    async def _title(self) -> str:
        if self._is_of_any_entity():
            entity_id = entity_of(self.hass, self._data[CONF_ANCHOR]) or self._data[CONF_ANCHOR]
            state = self.hass.states.get(entity_id)
            return entity_id if state is None else state.name
        if self._data[CONF_KIND] == KIND_DYNAMIC:
            return BY_KEY[self._data[CONF_PRICE_SOURCE]].name
        if self._data[CONF_KIND] == KIND_READY:
            return (await option_words(self.hass, "ready_tariff"))[self._data[CONF_READY]]
        return (await option_words(self.hass, "tariff_label"))[self._data[CONF_KIND]]

    def _ask(
        self,
        step_id: str,
        schema: probatio.Schema,
        shown: Mapping[str, Any],
        errors: Errors,
        *,
        tariff: str = "",
        prices: str = "",
    ) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
            description_placeholders={"unit": unit_of(self.hass), "tariff": tariff, "prices": prices},
            last_step=False,
        )
