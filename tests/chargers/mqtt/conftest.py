"""The broker that all tests of chargers over MQTT share."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from .broker import Broker


@pytest.fixture
def broker(hass: HomeAssistant, mqtt_mock: Any, mqtt_client_mock: Any) -> Broker:
    return Broker(hass, mqtt_mock, mqtt_client_mock)


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Home Assistant's own client ends its own timers when it is stopped, which the mocked library does not let it do."""
    return True
