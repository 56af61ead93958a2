"""The user's own descriptions of chargers that speak Modbus: read when Home Assistant starts, and judged aloud."""

from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .chargers.modbus.library import load_profiles
from .chargers.modbus.profile import ProfileError
from .chargers.network_types import set_own_profiles
from .const import DOMAIN

FOLDER: Final = ("smart_charging", "chargers")
"""Below Home Assistant's own configuration folder."""

PROFILE_FAULTY: Final = "profile_faulty"


async def async_load_own_profiles(hass: HomeAssistant) -> None:
    """Read them all. What is wrong with one is an issue, and keeps nothing else from working."""
    folder = Path(hass.config.path(*FOLDER))
    profiles, errors = await hass.async_add_executor_job(load_profiles, folder)
    set_own_profiles(profiles)
    for error in errors:
        _tell(hass, error)


@callback
def _tell(hass: HomeAssistant, error: ProfileError) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{PROFILE_FAULTY}_{error.profile}",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=PROFILE_FAULTY,
        translation_placeholders={"file": error.profile, "fault": str(error)},
    )
