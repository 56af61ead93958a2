"""The steps for a charger that announces itself in the local network: is it set up, did it move, how is it wired?

`found_site` {site} only where several sites run. `found` has the fields of the charger flow's `network_details`, and before
them user and secret where the kind may want them; it asks the charger once, and adds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from types import MappingProxyType
from typing import Any, Final, override

import probatio
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlow, ConfigFlowResult, ConfigSubentry
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from ..configuration.rules.network import judge_line
from ..const import (
    CONF_FOUND_AS,
    CONF_HOST,
    CONF_KIND,
    CONF_PORT,
    CONF_SECRET,
    CONF_USER,
    DOMAIN,
    SUBENTRY_CHARGER,
)
from ..network_trial import TrialError, async_read_once, kinds
from .charger_form import charger_data, charger_errors, charger_schema, charger_suggestions, has_charger
from .charger_hosts import hosts_of_chargers
from .charger_network import line_data, network_unique_id
from .places import circuit_options

_SITE: Final = "site"
_SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
_HTTP: Final = "_http._tcp.local."
_HTTP_PORT: Final = 80
_LONGEST: Final = 64
"""What a device says of itself is kept short: anybody in the network can announce anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Announced:
    """What announces itself by a service. `serial` is the property that tells one device from another of its kind."""

    service: str
    kind: str
    maker: str
    serial: str
    name: str = ""
    """How its name begins, where others use the same service."""
    serials: tuple[str, ...] = ("",)
    """How the serials of chargers begin, where other devices of the same maker are called as they are."""
    access: tuple[str, ...] = ()
    """What may have to be known to be let in."""


_ANNOUNCED: Final = (
    _Announced(
        service="_nrgkick._tcp.local.",
        kind="nrgkick",
        maker="NRGkick",
        serial="serial_number",
        access=(CONF_USER, CONF_SECRET),
    ),
    _Announced(
        service="_openevse._tcp.local.", kind="openevse", maker="OpenEVSE", serial="id", access=(CONF_USER, CONF_SECRET)
    ),
    _Announced(service="_technove-stations._tcp.local.", kind="technove", maker="TechnoVE", serial="mac"),
    # Of all web servers only those that are called as a charger is, see manifest.json.
    _Announced(service=_HTTP, name="pblr-", kind="peblar", maker="Peblar", serial="sn", access=(CONF_SECRET,)),
    # Lektrico's energy meters, whose ids begin with m2w, are announced likewise.
    _Announced(
        service=_HTTP, name="lektrico", kind="lektrico", maker="Lektrico", serial="id", serials=("1p7k_", "3p22k_")
    ),
)


class NetworkDiscoverySteps(ConfigFlow):
    """Add a charger that announced itself to a site, and follow one that is set up to its new address."""

    _announced: _Announced
    _hosts: tuple[str, ...]
    """Where it can be found now, its best address first."""
    _found_as: str
    _found_name: str
    _found_port: int | None
    """None for the usual one."""
    _site_id: str

    @override
    async def async_step_zeroconf(self, discovery_info: ZeroconfServiceInfo) -> ConfigFlowResult:
        """Take note of a charger, unless it is known."""
        announced = _recognised(discovery_info)
        serial = "" if announced is None else _short(discovery_info.properties.get(announced.serial))
        addresses = dict.fromkeys((discovery_info.ip_address, *discovery_info.ip_addresses))
        self._hosts = tuple(str(address) for address in addresses if isinstance(address, IPv4Address))
        if announced is None or not serial or not serial.startswith(announced.serials) or not self._hosts:
            return self.async_abort(reason="not_understood")
        self._announced = announced
        self._found_as = f"{announced.kind}:{serial}"
        self._found_port = None if discovery_info.port in {0, _HTTP_PORT} else discovery_info.port
        await self.async_set_unique_id(self._found_as)
        known = self._find()
        if known is not None:
            self._follow(*known)
        if known is not None or self._is_set_up(discovery_info.hostname):
            return self.async_abort(reason="already_configured")
        # The unique ids of entries are meters; one with this id says that the user does not want to hear of it.
        self._abort_if_unique_id_configured()
        name = _short(discovery_info.name.removesuffix(f".{discovery_info.type}"))
        told = announced.maker.casefold() in name.casefold()
        self._found_name = name if told else f"{announced.maker} {name}".strip()
        self.context["title_placeholders"] = {"name": self._found_name}
        return await self.async_step_found_site()

    async def async_step_found_site(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask to which site it belongs, where there are several."""
        sites = self.hass.config_entries.async_loaded_entries(DOMAIN)
        if not sites:
            return self.async_abort(reason="no_site")
        if user_input is not None or len(sites) == 1:
            self._site_id = sites[0].entry_id if user_input is None else user_input[_SITE]
            return await self.async_step_found()
        options = [SelectOptionDict(value=site.entry_id, label=site.title) for site in sites]
        select = SelectSelector(SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST))
        return self.async_show_form(
            step_id="found_site", data_schema=probatio.Schema({probatio.Required(_SITE): select}), last_step=False
        )

    async def async_step_found(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how the charger is wired, try whether it answers, and add it."""
        entry = self.hass.config_entries.async_get_entry(self._site_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="no_site")
        # It may have been added in another way while this waited.
        if self._find() is not None or self._is_set_up():
            return self.async_abort(reason="already_configured")
        errors: dict[str, str] = {}
        if user_input is not None:
            line = self._line(user_input)
            data = charger_data(entry.data, {**line, CONF_FOUND_AS: self._found_as}, user_input)
            errors = charger_errors(entry, data, user_input) or await self._try(line)
            if not errors:
                charger = ConfigSubentry(
                    data=MappingProxyType(data),
                    subentry_type=SUBENTRY_CHARGER,
                    title=user_input[CONF_NAME].strip(),
                    unique_id=network_unique_id(data),
                )
                self.hass.config_entries.async_add_subentry(entry, charger)
                return self.async_abort(reason="charger_added")
        schema = charger_schema(entry.data, await circuit_options(self.hass, entry))
        return self.async_show_form(
            step_id="found",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema({**_access_fields(self._announced), **schema.schema}),
                user_input or charger_suggestions(self._found_name),
            ),
            errors=errors,
            description_placeholders={"kind": kinds()[self._announced.kind], "host": self._hosts[0]},
            last_step=True,
        )

    def _line(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        known = {CONF_KIND: self._announced.kind, CONF_HOST: self._hosts[0], CONF_PORT: self._found_port}
        return line_data({**{key: answers[key] for key in (CONF_USER, CONF_SECRET) if key in answers}, **known})

    async def _try(self, line: Mapping[str, Any]) -> dict[str, str]:
        try:
            await async_read_once(self.hass, line)
        except TrialError as error:
            return {"base": error.key}
        return {}

    def _is_set_up(self, hostname: str = "") -> bool:
        """Whether one of ours is there, by its address or its name."""
        return not hosts_of_chargers(self.hass).isdisjoint({*self._hosts, hostname.rstrip(".").casefold()})

    def _find(self) -> tuple[ConfigEntry, ConfigSubentry] | None:
        """Find it among those that were added as this one."""
        for entry in self._async_current_entries():
            for charger in entry.get_subentries_of_type(SUBENTRY_CHARGER):
                if charger.data.get(CONF_FOUND_AS) == self._found_as:
                    return entry, charger
        return None

    def _follow(self, entry: ConfigEntry, charger: ConfigSubentry) -> None:
        """Note its new address, if it has one and no password; its site starts anew by itself then."""
        # Anybody in the network can claim to be it: a password is taken to another address by its owner alone.
        if charger.data[CONF_HOST] in self._hosts or CONF_SECRET in charger.data:
            return
        moved = {**charger.data, CONF_HOST: self._hosts[0]}
        others = [other for other in entry.get_subentries_of_type(SUBENTRY_CHARGER) if other is not charger]
        # Where another one is said to be already, one of the two is wrong: that is for its owner to say.
        if not judge_line([other.data for other in others], moved):
            unique_id = network_unique_id(moved)
            kept = charger.unique_id if has_charger(entry, unique_id) else unique_id
            self.hass.config_entries.async_update_subentry(entry, charger, data=moved, unique_id=kept)


def _recognised(told: ZeroconfServiceInfo) -> _Announced | None:
    name = told.name.casefold()
    found = (each for each in _ANNOUNCED if each.service == told.type and name.startswith(each.name))
    return next(found, None)


def _access_fields(announced: _Announced) -> dict[probatio.Marker, Any]:
    return {probatio.Optional(key): _SECRET if key == CONF_SECRET else TextSelector() for key in announced.access}


def _short(said: object) -> str:
    """Take what a device says of itself, if it can be shown."""
    text = " ".join(said.split()) if isinstance(said, str) else ""
    return text if text.isprintable() and len(text) <= _LONGEST else ""
