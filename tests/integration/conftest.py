"""What the tests with a real Home Assistant share."""

import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

import custom_components.smart_charging  # noqa: F401 the package must be there before Home Assistant looks for it
from custom_components.smart_charging.const import DOMAIN
from custom_components.smart_charging.csms.server import CentralSystem

from ..csms import pki  # noqa: F401 makes a certificate before any test freezes the clock, see there
from ..csms.conftest import IMPATIENT
from .home import Home

# Time jumps here, and a ping that is not answered within a jump would end a connection.
UNHURRIED = replace(IMPATIENT, ping_interval_s=1e6)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Leave out of snapshots what differs from run to run; syrupy's own fixture of this name would win elsewhere."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
async def without_set_up(hass: HomeAssistant, enable_custom_integrations: None) -> AsyncIterator[None]:
    """Let the flows make and change entries, without what these then set up."""
    del enable_custom_integrations
    with (
        patch("custom_components.smart_charging.async_setup_entry", return_value=True),
        patch("custom_components.smart_charging.async_unload_entry", return_value=True),
    ):
        yield
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def entity_registry_enabled_by_default() -> Iterator[None]:
    """Let those entities be there too that are off unless somebody wants them."""
    with patch("homeassistant.helpers.entity.Entity.entity_registry_enabled_default", new=True):
        yield


@pytest.fixture
def free_port(socket_enabled: None) -> int:  # noqa: ARG001 asked for before a socket is made
    """A port of this machine that nobody listens on."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


@pytest.fixture
async def home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    free_port: int,
    enable_custom_integrations: None,  # noqa: ARG001 asked for, not used
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Home]:
    """A home with one charger, not set up yet."""
    monkeypatch.setattr(
        "custom_components.smart_charging.central.CentralSystem", partial(CentralSystem, limits=UNHURRIED)
    )
    home = Home(hass, freezer, free_port)
    yield home
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
