"""What is wanted just this once: made from what a person asks for, and taken back."""

from datetime import datetime

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import SiteCoordinator
from .engine.accounting.session import SessionEnergy
from .engine.model.evse import EvState
from .engine.model.mode import Mode
from .engine.model.override import Override, OverrideEnd


async def async_charge_now(
    coordinator: SiteCoordinator,
    evse_id: str,
    *,
    until: datetime | None = None,
    energy_kwh: float | None = None,
    until_full: bool = False,
) -> None:
    """Charge as fast as the site allows, until one thing of those, or else until the car is unplugged."""
    session = coordinator.data.sessions.get(evse_id, SessionEnergy())
    end = OverrideEnd.UNPLUGGED
    if until is not None:
        end = OverrideEnd.TIME
    elif energy_kwh is not None:
        end = OverrideEnd.ENERGY
    elif until_full:
        end = OverrideEnd.FULL
    wish = Override(
        mode=Mode.FAST,
        since=dt_util.utcnow(),
        end=end,
        until=until,
        energy_kwh=energy_kwh,
        start_kwh=session.energy_kwh or 0.0,
    )
    await coordinator.async_set_wish(evse_id, wish)
    coordinator.async_update_listeners()


async def async_cancel_override(coordinator: SiteCoordinator, evse_id: str) -> None:
    """Go back to the kept mode, if something goes before it."""
    await coordinator.async_set_wish(evse_id, None)
    coordinator.async_update_listeners()


def expect_car(coordinator: SiteCoordinator, evse_id: str) -> None:
    """Refuse where no car is plugged in, and so nobody is there to charge. One that cannot be seen may be there.

    Raises:
        ServiceValidationError: there is none.

    """
    status = coordinator.data.snapshot.evses.get(evse_id)
    if status is not None and status.reachable and status.state is EvState.A:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_car",
            translation_placeholders={"charger": coordinator.name_of(evse_id)},
        )
