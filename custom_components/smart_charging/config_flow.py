"""Sets up a site, with its circuits, chargers and appliances.

The steps of a new site, as a page or a script walks them (POST the fields of a `form` or the `next_step_id` of a
`menu` to the flow; while its type is `progress`, GET the flow until it is something else):

    meter           {meter}: one of the offered options' values, or "manual"; left out when no meter is found
      enable_phases {enable}: only for a meter whose sensors per phase are switched off
        enabling    progress, up to two minutes; then, if they stay silent, the menu
        phases_silent -> enabling | total_only | meter
      meter_manual  {phases: "1"|"3", direction: "net"|"import_export"|"import", detail: "total"|"per_phase"}
        meter_entities  one sensor each: {net} or {import, export}; per phase {net_l1, ...} or {import_l1, export_l1, ...}
    measure         progress, 5 s to 70 s; then, if nothing was heard, the menu
      meter_silent  -> measure | confirm_silent | meter
    confirm         {inverted} for a meter with one signed sensor, else {}; `confirm_slow`, `confirm_slow_dsmr`,
                    `confirm_slow_linkytic` and `confirm_silent` are the same form with another sentence
    limit           {phases: "1"|"3", limit_unit: "kva"|"a"|"kw", limit, voltage_v}
    server          {port, host}; makes the entry

Reconfiguring starts with a menu: meter | limit | server | encryption. `encryption` {tls: "off"|"own"|"files", tls_port} leads
to `authority` {}, which shows what chargers have to trust, or to `certificate_files` {tls_certificate, tls_key,
tls_stations (optional)}, which are paths. Options: see flows/options.py. Circuits, chargers, appliances
that give way, limits that come and go, cards and vehicles are added by subentry flows, see flows/circuit.py, flows/charger.py,
flows/load.py, flows/limit.py, flows/card.py, flows/tariff.py and flows/vehicle.py; a charger also by the discovery of a station that called in, or of one that announced itself (flows/network_discovery.py).
"""

from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigFlowResult, ConfigSubentryFlow, OptionsFlow
from homeassistant.core import callback

from .const import (
    DOMAIN,
    SUBENTRY_CARD,
    SUBENTRY_CHARGER,
    SUBENTRY_CIRCUIT,
    SUBENTRY_LIMIT,
    SUBENTRY_LOAD,
    SUBENTRY_TARIFF,
    SUBENTRY_VEHICLE,
)
from .flows.card import CardSubentryFlow
from .flows.charger import ChargerSubentryFlow
from .flows.circuit import CircuitSubentryFlow
from .flows.discovery import DiscoverySteps
from .flows.encryption import EncryptionSteps
from .flows.limit import LimitSubentryFlow
from .flows.load import LoadSubentryFlow
from .flows.network_discovery import NetworkDiscoverySteps
from .flows.options import ControlOptionsFlow
from .flows.tariff import TariffSubentryFlow
from .flows.vehicle import VehicleSubentryFlow


class SmartChargingConfigFlow(DiscoverySteps, NetworkDiscoverySteps, EncryptionSteps, domain=DOMAIN):
    """The flow of a site, and of a charger that called in or announced itself."""

    VERSION = 1

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Begin a new site."""
        del user_input
        return await self.async_step_meter()

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose what to change."""
        del user_input
        self._data = dict(self._get_reconfigure_entry().data)
        return self.async_show_menu(step_id="reconfigure", menu_options=["meter", "limit", "server", "encryption"])

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        """A site has cards, chargers, circuits, appliances that give way, limits that come and go, a tariff and vehicles."""
        del config_entry
        return {
            SUBENTRY_CARD: CardSubentryFlow,
            SUBENTRY_CHARGER: ChargerSubentryFlow,
            SUBENTRY_CIRCUIT: CircuitSubentryFlow,
            SUBENTRY_LIMIT: LimitSubentryFlow,
            SUBENTRY_LOAD: LoadSubentryFlow,
            SUBENTRY_TARIFF: TariffSubentryFlow,
            SUBENTRY_VEHICLE: VehicleSubentryFlow,
        }

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """What can be changed without another look at the home."""
        del config_entry
        return ControlOptionsFlow()
