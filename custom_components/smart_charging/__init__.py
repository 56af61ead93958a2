"""Smart Charging: charge electric cars within the limits of the grid connection."""

import logging
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from typing import Final

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, RESTART_EXIT_CODE, Platform
from homeassistant.core import Event, HassJob, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .actions import async_register_actions
from .battery_desk import async_release
from .cards.desk import CardDesk
from .cards.gate import Gate
from .cards.keeper import CardKeeper
from .cards.shown import async_forget_shown
from .central import Central, async_attach, async_detach, async_find_central
from .charger_actions import async_register_charger_actions
from .chargers.around import HomeAround
from .chargers.driver import ChargerDriver
from .chargers.errors import ChargerError
from .chargers.registry import DriverRequest, make_driver
from .check_action import async_register_check_action
from .configuration.setup import ChargerConfig, ConfigError, SiteSetup, read_setup
from .const import DOMAIN
from .coordinator import SiteCoordinator
from .csms.errors import ListenError
from .devices import ChargerDevices
from .encrypted_port import listen_key
from .engine.model.state import ControlState
from .file_views import async_register_views
from .foresight.foresight import async_load_foresight, async_remove_foresight
from .goal_actions import async_register_goal_actions
from .issues import (
    SiteIssues,
    async_clear_listen_issue,
    async_raise_listen_issue,
    async_tell_left_out,
    async_tell_orphans,
)
from .loads import async_let_go
from .logs import async_forget_old_logs
from .own_profiles import async_load_own_profiles
from .plan_actions import async_register_plan_actions
from .runtime import RuntimeData, SmartChargingConfigEntry
from .store import SiteStore

_LOGGER: Final = logging.getLogger(__name__)

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
    Platform.UPDATE,
)

CONFIG_SCHEMA: Final = cv.config_entry_only_config_schema(DOMAIN)

type _Left = dict[str, tuple[SiteSetup, ControlState]]
_LEFT: Final[HassKey[_Left]] = HassKey(f"{DOMAIN}_left")
"""What the engine remembered when an entry was unloaded, by entry id: a reload must not forget what the meter said."""


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Set up the integration as a whole: its actions are there even when none of its entries is."""
    async_register_actions(hass)
    async_register_charger_actions(hass)
    async_register_check_action(hass)
    async_register_goal_actions(hass)
    async_register_plan_actions(hass)
    async_register_views(hass)
    async_forget_old_logs(hass)
    await async_load_own_profiles(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> bool:
    """Set up one site."""
    store = SiteStore(hass, entry.entry_id)
    await store.async_load()
    try:
        await _set_up(hass, entry, store)
    except BaseException:
        # Raised again; but whatever ends a set-up, a cancellation too, must leave no appliance off for nobody.
        await async_let_go(hass, store)
        await async_release(hass, store)
        raise
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(entry.add_update_listener(_async_reload))
    return True


async def _set_up(hass: HomeAssistant, entry: SmartChargingConfigEntry, store: SiteStore) -> None:
    """Begin to steer a site."""
    setup = _read_setup(entry)
    await async_tell_left_out(hass, entry.entry_id, entry.title, setup.left_out)
    await _give_back(hass, entry, keep=setup.chargers.keys())
    gate = Gate(setup, store)
    central = await _listen(hass, entry, setup, gate)
    around = HomeAround(hass, entry)
    drivers = {evse_id: _driver_of(charger, around, central, gate) for evse_id, charger in setup.chargers.items()}
    foresight = await async_load_foresight(hass, entry.entry_id, setup, store)
    coordinator = SiteCoordinator(
        hass,
        entry,
        setup,
        drivers=drivers,
        store=store,
        state=_take_up(hass, entry.entry_id, setup),
        foresight=foresight,
    )
    try:
        await coordinator.async_start()
    except BaseException:
        # Raised again; but whatever ends a set-up, a cancellation too, must leave nobody steering.
        await coordinator.async_shutdown()
        raise
    entry.runtime_data = RuntimeData(coordinator=coordinator, setup=setup, drivers=drivers, foresight=foresight)
    _watch(hass, entry, setup, coordinator)
    stations = {identity: central.station(identity) for identity in setup.stations}
    desk = CardDesk(hass, entry, setup=setup, gate=gate, stations=stations)
    keeper = CardKeeper(
        hass, entry, book=setup.cards, store=store, stations=stations, leave_alone=central.leaves_to_operator
    )
    for clerk in (desk, keeper):
        clerk.start()
        entry.async_on_unload(clerk.stop)
    _let_go_of_others(hass, entry, setup, store)
    async_tell_orphans(hass, entry.entry_id, entry.title, setup.orphans)


@callback
def _let_go_of_others(hass: HomeAssistant, entry: SmartChargingConfigEntry, setup: SiteSetup, store: SiteStore) -> None:
    """Switch on again what was removed, or replaced by another entity, while it was held off."""
    steered = {(load_id, load.entity_id) for load_id, load in setup.loads.items()}

    async def let_go(_hass: HomeAssistant) -> None:
        await async_let_go(hass, store, steered)
        await async_release(hass, store, None if setup.battery is None else setup.battery.handle)

    entry.async_on_unload(async_at_started(hass, let_go))


async def async_unload_entry(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> bool:
    """Stop steering a site. Its chargers stay connected for the next set-up, unless it is disabled."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    runtime = entry.runtime_data
    if entry.disabled_by is None:
        # Most likely to be set up again: a reload toggles no appliance.
        await runtime.coordinator.async_shutdown()
    else:
        await runtime.coordinator.async_let_go()
    hass.data.setdefault(_LEFT, {})[entry.entry_id] = runtime.setup, runtime.coordinator.state
    if entry.disabled_by is not None:
        await _give_back(hass, entry)
        await _forget(hass, entry.entry_id)
    return True


async def async_remove_entry(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> None:
    """Delete what is kept of a site, and let its chargers in no more."""
    await _give_back(hass, entry)
    await _forget(hass, entry.entry_id)
    store = SiteStore(hass, entry.entry_id)
    await store.async_load()
    await async_let_go(hass, store)
    await async_release(hass, store)
    await store.async_remove()
    await async_remove_foresight(hass, entry.entry_id)


async def async_remove_config_entry_device(
    _hass: HomeAssistant, entry: SmartChargingConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Let the user delete a device that is neither the site nor one of its chargers any more."""
    known = {(DOMAIN, entry.entry_id), *((DOMAIN, subentry_id) for subentry_id in entry.subentries)}
    return known.isdisjoint(device.identifiers)


async def _async_reload(hass: HomeAssistant, entry: SmartChargingConfigEntry) -> None:
    await hass.config_entries.async_reload(entry.entry_id)


def _read_setup(entry: SmartChargingConfigEntry) -> SiteSetup:
    try:
        return read_setup(entry)
    except ConfigError as error:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key=error.translation_key,
            translation_placeholders={"name": error.name},
        ) from error


async def _listen(hass: HomeAssistant, entry: SmartChargingConfigEntry, setup: SiteSetup, gate: Gate) -> Central:
    access = {identity: station.access for identity, station in setup.stations.items()}
    try:
        central = await async_attach(
            hass, entry.entry_id, (setup.host, setup.port), access, setup.encryption, authorise=gate.judge
        )
    except ListenError as error:
        placeholders = {"site": entry.title, "host": error.host, "port": str(error.port), "reason": error.reason}
        async_raise_listen_issue(hass, entry.entry_id, listen_key(error), placeholders)
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key=listen_key(error), translation_placeholders=placeholders
        ) from error
    async_clear_listen_issue(hass, entry.entry_id)
    central.hand_on({identity: station.operator for identity, station in setup.stations.items()})
    return central


def _driver_of(charger: ChargerConfig, around: HomeAround, central: Central, gate: Gate) -> ChargerDriver:
    request = DriverRequest(
        evse=charger.evse,
        data=charger.data,
        around=around,
        station=central.station,
        now=dt_util.utcnow,
        may_start=partial(gate.may_start, charger.evse.evse_id),
        card_of=gate.card_of,
    )
    return make_driver(request)


def _take_up(hass: HomeAssistant, entry_id: str, setup: SiteSetup) -> ControlState:
    """Go on where the last set-up of this entry left off, as far as it is the same."""
    before, state = hass.data.get(_LEFT, {}).pop(entry_id, (None, ControlState()))
    if before is None:
        return state
    same_meters = before.meters == setup.meters and before.site.circuits == setup.site.circuits
    same = {evse.evse_id for evse in before.site.evses} & {evse.evse_id for evse in setup.site.evses}
    same |= {load.load_id for load in before.site.loads} & {load.load_id for load in setup.site.loads}
    return replace(
        state,
        meters=state.meters if same_meters else {},
        circuits=state.circuits if same_meters else {},
        evses={evse_id: memory for evse_id, memory in state.evses.items() if evse_id in same},
        loads={load_id: memory for load_id, memory in state.loads.items() if load_id in same},
    )


@callback
def _watch(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, setup: SiteSetup, coordinator: SiteCoordinator
) -> None:
    """Raise and clear the site's issues from now on, and stop steering when Home Assistant stops."""
    names = {evse_id: charger.name for evse_id, charger in setup.chargers.items()}
    issues = SiteIssues(hass, entry.entry_id, entry.title, names)
    devices = ChargerDevices(hass, entry.entry_id)
    vehicles = entry.runtime_data.vehicles

    @callback
    def look() -> None:
        if coordinator.last_update_success:
            # Before the entities look, which are added later.
            tick = coordinator.data
            issues.ask_which_car(vehicles.unclear)
            issues.update(tick)
            devices.update(tick)

    async def stop(_event: Event) -> None:
        if hass.exit_code == RESTART_EXIT_CODE:
            await coordinator.async_shutdown()
        else:
            await coordinator.async_let_go()

    look()
    # Before the event, at which the chargers' server stops too.
    entry.async_on_unload(hass.async_add_shutdown_job(HassJob(coordinator.async_step_down)))
    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    entry.async_on_unload(coordinator.async_add_listener(look))
    entry.async_on_unload(issues.clear)


async def _give_back(
    hass: HomeAssistant, entry: SmartChargingConfigEntry, keep: AbstractSet[str] = frozenset()
) -> None:
    """Put chargers into service again that we took out of it, but not those that somebody goes on to steer."""
    before, _ = hass.data.get(_LEFT, {}).get(entry.entry_id, (None, None))
    central = async_find_central(hass, entry.entry_id)
    if before is None or central is None:
        return
    store = SiteStore(hass, entry.entry_id)
    await store.async_load()
    around, gate = HomeAround(hass, entry), Gate(before, store)
    for evse_id in store.interrupted.keys() & before.chargers.keys() - keep:
        charger = before.chargers[evse_id]
        try:
            await _driver_of(charger, around, central, gate).release()
        except ChargerError as error:
            _LOGGER.warning("%s could not be put into service again: %s", charger.name, error)


async def _forget(hass: HomeAssistant, entry_id: str) -> None:
    await async_detach(hass, entry_id)
    async_forget_shown(hass, entry_id)
    async_clear_listen_issue(hass, entry_id)
    async_tell_orphans(hass, entry_id, "", ())
    await async_tell_left_out(hass, entry_id, "", ())
    hass.data.get(_LEFT, {}).pop(entry_id, None)
