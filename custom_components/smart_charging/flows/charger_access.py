"""What a charger has to bring to be let in: its password, and encryption. All connectors of a station share it."""

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import probatio
from homeassistant.config_entries import ConfigEntry, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    QrCodeSelector,
    QrCodeSelectorConfig,
    QrErrorCorrectionLevel,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..central import async_find_central
from ..configuration.rules.encryption import CERTIFICATE, TLS
from ..const import (
    CONF_KEY,
    CONF_OPERATOR,
    CONF_PREVIOUS_KEY,
    CONF_SECURITY,
    CONF_STATION,
    CONF_TLS,
    CONF_TLS_STATIONS,
    SUBENTRY_CHARGER,
)
from ..encryption import new_key
from .pairing import address_for_chargers

_STORED: Final = (CONF_KEY, CONF_PREVIOUS_KEY, CONF_SECURITY, CONF_OPERATOR)

_ANY: Final = "any"
_MAKE_KEY: Final = "make_key"
_KEY_CODE: Final = "key_code"
_SEND_KEY: Final = "send_key"
_GIVE_CERTIFICATE: Final = "give_certificate"

_SECURITY: Final = SelectSelector(
    SelectSelectorConfig(options=[_ANY, TLS, CERTIFICATE], translation_key="security", mode=SelectSelectorMode.DROPDOWN)
)


def access_fields(site: Mapping[str, Any]) -> dict[probatio.Marker, Any]:
    """Make the fields of the form; whether it has to encrypt is asked where it can."""
    fields: dict[probatio.Marker, Any] = {probatio.Optional(_MAKE_KEY): BooleanSelector()}
    if site.get(CONF_TLS) is not None:
        fields[probatio.Required(CONF_SECURITY, default=_ANY)] = _SECURITY
    return fields


def access_as_answers(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows of a charger that is set up. Its password is not shown again."""
    return {CONF_SECURITY: data.get(CONF_SECURITY, _ANY)}


def access_of(entry: ConfigEntry[Any], station: str) -> dict[str, Any]:
    """List what is stored of a station's access; nothing for one that is not set up."""
    for charger in entry.get_subentries_of_type(SUBENTRY_CHARGER):
        if charger.data.get(CONF_STATION) == station:
            return {key: charger.data[key] for key in _STORED if key in charger.data}
    return {}


@callback
def share_access(
    hass: HomeAssistant, entry: ConfigEntry[Any], data: Mapping[str, Any], subentry_id: str | None = None
) -> None:
    """Give the other connectors of a charger's station the same access. `subentry_id` is its own, if it has one."""
    access = {key: data[key] for key in _STORED if key in data}
    for charger in tuple(entry.get_subentries_of_type(SUBENTRY_CHARGER)):
        if charger.data.get(CONF_STATION) == data[CONF_STATION] and charger.subentry_id != subentry_id:
            others = {key: value for key, value in charger.data.items() if key not in _STORED}
            hass.config_entries.async_update_subentry(entry, charger, data={**others, **access})


class KeySteps(ConfigSubentryFlow):
    """Make a password for a charger, show it once, and send it there if the charger is connected."""

    def __init__(self) -> None:
        super().__init__()
        self._station = ""
        self._made_key: str | None = None
        self._pending: tuple[str, Mapping[str, Any]] = "", MappingProxyType({})
        """The name and the data of the charger, whose password is shown before it is stored."""

    def _access(self, before: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
        """Work out what the station has to bring, from what it had to before and the answers to the form."""
        if answers.get(_MAKE_KEY):
            self._made_key = self._made_key or new_key()
        else:
            self._made_key = None
        old, new = before.get(CONF_KEY), self._made_key or answers.get(CONF_KEY)
        access = {key: before[key] for key in (CONF_KEY, CONF_PREVIOUS_KEY) if key in before}
        if new and new != old:
            access = {CONF_KEY: new}
            if old or self._is_connected():
                # It is let in by what it had until it has brought the new one.
                access[CONF_PREVIOUS_KEY] = old or ""
        security = answers.get(CONF_SECURITY, _ANY)
        return access if security == _ANY else {**access, CONF_SECURITY: security}

    async def _keep(self, name: str, data: Mapping[str, Any]) -> SubentryFlowResult:
        """Store the charger, once its new password was shown."""
        self._pending = name, data
        return await (self._finish() if self._made_key is None else self.async_step_key())

    async def async_step_key(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show the password that was made, this once."""
        key, connected = self._made_key or "", self._is_connected()
        errors: dict[str, str] = {}
        if user_input is not None:
            if not (connected and user_input.get(_SEND_KEY)) or await self._send(key):
                return await self._finish()
            errors = {"base": "key_not_taken"}
        code = QrCodeSelectorConfig(data=key, scale=6, error_correction_level=QrErrorCorrectionLevel.QUARTILE)
        fields: dict[probatio.Marker, Any] = {probatio.Optional(_KEY_CODE): QrCodeSelector(code)}
        if connected:
            fields[probatio.Required(_SEND_KEY, default=not errors)] = BooleanSelector()
        return self.async_show_form(
            step_id="key",
            data_schema=probatio.Schema(fields),
            errors=errors,
            description_placeholders={
                "identity": self._station,
                "key": key,
                "address": await address_for_chargers(self.hass, self._get_entry()),
            },
            last_step=True,
        )

    @abstractmethod
    async def _finish(self) -> SubentryFlowResult:
        """Store what is pending, and end the flow."""

    def _certificate_field(self) -> dict[probatio.Marker, Any]:
        """Make the field that lets the charger ask for a certificate, where we sign those and it is there to ask."""
        site = self._get_entry().data
        signs = site.get(CONF_TLS) is not None and CONF_TLS_STATIONS not in site
        return {probatio.Optional(_GIVE_CERTIFICATE): BooleanSelector()} if signs and self._is_connected() else {}

    async def _give_certificate(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """Let it ask, if that was wanted; what is wrong, by field."""
        central = async_find_central(self.hass, self._entry_id)
        if not answers.get(_GIVE_CERTIFICATE) or (central and await central.give_certificate(self._station)):
            return {}
        return {_GIVE_CERTIFICATE: "certificate_not_wanted"}

    def _is_connected(self) -> bool:
        central = async_find_central(self.hass, self._entry_id)
        return central is not None and central.is_connected(self._station)

    async def _send(self, key: str) -> bool:
        central = async_find_central(self.hass, self._entry_id)
        return central is not None and await central.send_key(self._station, key)
