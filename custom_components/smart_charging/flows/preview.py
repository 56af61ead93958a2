"""Shows live what a meter says, below the form that asks whether it is right.

The page subscribes to `smart_charging/start_preview` again with each change of the form, and shows what it is sent as
it shows a sensor.
"""

from collections.abc import Callable
from typing import Any, Final

import probatio
from homeassistant.components import websocket_api
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_NOT_FOUND
from homeassistant.components.websocket_api.decorators import async_response, require_admin, websocket_command
from homeassistant.const import STATE_UNKNOWN, UnitOfPower
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..sources.meter import MeterSource
from .words import grid_power, power_w

CONF_INVERTED: Final = "inverted"

type MakeSource = Callable[[bool], MeterSource]
"""Makes a reader of a flow's meter; told whether its sign is the wrong way round."""

_METERS: Final[HassKey[dict[str, tuple[MakeSource, float]]]] = HassKey(f"{DOMAIN}_previews")
"""By flow id: how to read the meter, and the voltage between a phase and neutral, V."""


@callback
def offer_preview(hass: HomeAssistant, flow_id: str, make_source: MakeSource, voltage_v: float) -> None:
    """Let a flow's meter be shown."""
    hass.data.setdefault(_METERS, {})[flow_id] = make_source, voltage_v


@callback
def withdraw_preview(hass: HomeAssistant, flow_id: str) -> None:
    """The flow is over."""
    hass.data.setdefault(_METERS, {}).pop(flow_id, None)


@callback
def async_setup_preview(hass: HomeAssistant) -> None:
    """Register the command."""
    websocket_api.async_register_command(hass, _start_preview)


@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/start_preview",
        probatio.Required("flow_id"): str,
        probatio.Required("flow_type"): str,
        probatio.Required("user_input"): dict,
    }
)
@require_admin
@async_response
async def _start_preview(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    meter = hass.data.get(_METERS, {}).get(message["flow_id"])
    if meter is None:
        connection.send_error(message["id"], ERR_NOT_FOUND, "This flow shows no meter")
        return
    make_source, voltage_v = meter
    source = make_source(bool(message["user_input"].get(CONF_INVERTED, False)))
    attributes = {
        "friendly_name": await grid_power(hass),
        "device_class": SensorDeviceClass.POWER,
        "unit_of_measurement": UnitOfPower.WATT,
    }

    @callback
    def show() -> None:
        reading = source.reading
        state = STATE_UNKNOWN if reading is None else f"{power_w(reading, voltage_v):.0f}"
        connection.send_event(message["id"], {"state": state, "attributes": attributes})

    connection.subscriptions[message["id"]] = source.stop
    connection.send_result(message["id"])
    source.start(show)
    show()
