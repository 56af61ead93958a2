"""The steps that let chargers encrypt: whose certificate they are shown, on which port, and what they need to trust it."""

from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from ..configuration.rules.encryption import FILES, OWN, encryption_errors, need_encryption
from ..const import (
    CONF_HOST,
    CONF_TLS,
    CONF_TLS_CERTIFICATE,
    CONF_TLS_KEY,
    CONF_TLS_PORT,
    CONF_TLS_STATIONS,
    DEFAULT_HOST,
    DEFAULT_TLS_PORT,
    SUBENTRY_CHARGER,
)
from ..encryption import async_describe_authority, async_judge_files, read_encryption
from .port import charger_url, tls_port_errors
from .site import SiteSteps

_OFF: Final = "off"

_FIELDS: Final = (CONF_TLS, CONF_TLS_PORT, CONF_TLS_CERTIFICATE, CONF_TLS_KEY, CONF_TLS_STATIONS)
_PATHS: Final = (CONF_TLS_CERTIFICATE, CONF_TLS_KEY, CONF_TLS_STATIONS)

_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_TLS): SelectSelector(
            SelectSelectorConfig(options=[_OFF, OWN, FILES], translation_key="encryption", mode=SelectSelectorMode.LIST)
        ),
        probatio.Required(CONF_TLS_PORT): NumberSelector(NumberSelectorConfig(step=1, mode=NumberSelectorMode.BOX)),
    }
)
_FILES_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_TLS_CERTIFICATE): TextSelector(),
        probatio.Required(CONF_TLS_KEY): TextSelector(),
        probatio.Optional(CONF_TLS_STATIONS): TextSelector(),
    }
)


class EncryptionSteps(SiteSteps):
    """Ask for the certificate, and say what chargers have to be told."""

    async def async_step_encryption(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whose certificate is shown, and where."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            before = {field: self._data.pop(field) for field in _FIELDS if field in self._data}
            if user_input[CONF_TLS] == _OFF:
                if not need_encryption(charger.data for charger in entry.get_subentries_of_type(SUBENTRY_CHARGER)):
                    return self._save()
                errors = {CONF_TLS: "chargers_need_encryption"}
            else:
                self._data |= {CONF_TLS: user_input[CONF_TLS], CONF_TLS_PORT: int(user_input[CONF_TLS_PORT])}
                errors = tls_port_errors(self._data, entry)
            if not errors and user_input[CONF_TLS] == OWN:
                return await self.async_step_authority()
            self._data |= {field: before[field] for field in _PATHS if field in before}
            if not errors:
                return await self.async_step_certificate_files()
        known = {
            CONF_TLS: entry.data.get(CONF_TLS, _OFF),
            CONF_TLS_PORT: entry.data.get(CONF_TLS_PORT, DEFAULT_TLS_PORT),
        }
        return self.async_show_form(
            step_id="encryption",
            data_schema=self.add_suggested_values_to_schema(_SCHEMA, user_input or known),
            errors=errors,
            last_step=False,
        )

    async def async_step_authority(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the certificate of our own authority, which chargers have to trust; it is made if there was none."""
        if user_input is not None:
            return self._save()
        address = await charger_url(
            self.hass, self._data.get(CONF_HOST, DEFAULT_HOST), self._data[CONF_TLS_PORT], encrypted=True
        )
        authority = await async_describe_authority(self.hass)
        return self.async_show_form(
            step_id="authority",
            data_schema=probatio.Schema({}),
            description_placeholders={
                "address": address,
                "certificate": authority["certificate"],
                "fingerprint": authority["fingerprint"],
            },
            last_step=True,
        )

    async def async_step_certificate_files(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the user's own certificate lies, and read it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            paths = {field: user_input[field].strip() for field in _PATHS if user_input.get(field)}
            self._data = {**{key: value for key, value in self._data.items() if key not in _PATHS}, **paths}
            errors = encryption_errors(self._data)
            encryption = read_encryption(self._data)
            if not errors and encryption is not None:
                errors = await async_judge_files(self.hass, encryption)
            if not errors:
                return self._save()
        known: dict[str, Any] = {field: self._data[field] for field in _PATHS if field in self._data}
        return self.async_show_form(
            step_id="certificate_files",
            data_schema=self.add_suggested_values_to_schema(_FILES_SCHEMA, user_input or known),
            errors=errors,
            last_step=True,
        )
