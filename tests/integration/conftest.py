"""What the tests with a real Home Assistant share."""

import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

import custom_components.smart_charging  # noqa: F401 the package must be there before Home Assistant looks for it


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Leave out of snapshots what differs from run to run; syrupy's own fixture of this name would win elsewhere."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)
