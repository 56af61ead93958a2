"""The part of a charger's form about an operator to whom it is handed on. All connectors of a station share it."""

from collections.abc import Mapping
from typing import Any, Final

import probatio
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from ..const import (
    CONF_OPERATOR,
    CONF_OPERATOR_AUTHORITY,
    CONF_OPERATOR_DECIDES,
    CONF_OPERATOR_IDENTITY,
    CONF_OPERATOR_KEY,
    CONF_OPERATOR_UPDATES,
    CONF_OPERATOR_URL,
)

_KEY: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))


def operator_fields() -> dict[probatio.Marker, Any]:
    """Make the section of the form, which is closed where nobody asks for it."""
    fields = probatio.Schema(
        {
            probatio.Optional(CONF_OPERATOR_URL): TextSelector(),
            probatio.Optional(CONF_OPERATOR_IDENTITY): TextSelector(),
            probatio.Optional(CONF_OPERATOR_KEY): _KEY,
            probatio.Required(CONF_OPERATOR_DECIDES, default=False): BooleanSelector(),
            probatio.Required(CONF_OPERATOR_UPDATES, default=False): BooleanSelector(),
            probatio.Optional(CONF_OPERATOR_AUTHORITY): TextSelector(TextSelectorConfig(multiline=True)),
        }
    )
    return {probatio.Optional(CONF_OPERATOR): section(fields, {"collapsed": True})}


def operator_as_answers(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of a charger that is set up. The password is not shown again."""
    operator = data.get(CONF_OPERATOR)
    if operator is None:
        return {}
    return {CONF_OPERATOR: {key: value for key, value in operator.items() if key != CONF_OPERATOR_KEY}}


def operator_of(before: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Work out to whom a charger is handed on: as before where the form had no such section, nothing without an address.

    The same operator's password stays where no other is entered.
    """
    known = before.get(CONF_OPERATOR, {})
    told = answers.get(CONF_OPERATOR, known)
    url = told.get(CONF_OPERATOR_URL, "").strip()
    if not url:
        return {}
    key = told.get(CONF_OPERATOR_KEY) or (known.get(CONF_OPERATOR_KEY) if known.get(CONF_OPERATOR_URL) == url else None)
    authority = told.get(CONF_OPERATOR_AUTHORITY, "").strip()
    operator = {
        CONF_OPERATOR_URL: url,
        CONF_OPERATOR_IDENTITY: told.get(CONF_OPERATOR_IDENTITY, "").strip(),
        CONF_OPERATOR_KEY: key,
        CONF_OPERATOR_DECIDES: bool(told.get(CONF_OPERATOR_DECIDES)),
        CONF_OPERATOR_UPDATES: bool(told.get(CONF_OPERATOR_UPDATES)),
        CONF_OPERATOR_AUTHORITY: f"{authority}\n" if authority else None,
    }
    return {CONF_OPERATOR: {key: value for key, value in operator.items() if value is not None}}
