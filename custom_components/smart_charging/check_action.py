"""Actions that try a charger out: whether it falls back to its safe current, and whether it does as it is told."""

from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv

from .actions import async_find_chargers
from .charger_walk import WalkImpossibleError
from .const import DOMAIN
from .failsafe_check import CheckImpossibleError, Outcome
from .issues import async_tell_check

ACTION_CHECK_SAFE_CURRENT: Final = "check_safe_current"
ACTION_TEST_CHARGER: Final = "test_charger"
_SCHEMA: Final = cv.make_entity_service_schema({})


@callback
def async_register_check_action(hass: HomeAssistant) -> None:
    """Offer the actions, whether a site is set up or not."""
    hass.services.async_register(
        DOMAIN, ACTION_TEST_CHARGER, _test, schema=_SCHEMA, supports_response=SupportsResponse.OPTIONAL
    )
    hass.services.async_register(
        DOMAIN, ACTION_CHECK_SAFE_CURRENT, _check, schema=_SCHEMA, supports_response=SupportsResponse.OPTIONAL
    )


async def _check(call: ServiceCall) -> ServiceResponse:
    chargers = async_find_chargers(call.hass, call.data)
    if len(chargers) > 1:
        # Two that are silent at once could do together what one alone cannot.
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="one_charger")
    coordinator, evse_id = chargers[0]
    name = coordinator.name_of(evse_id)
    try:
        result = await coordinator.async_check_failsafe(evse_id)
    except CheckImpossibleError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=error.reason, translation_placeholders={"charger": name}
        ) from error
    if result.outcome in {Outcome.KEPT, Outcome.NOT_KEPT}:
        async_tell_check(call.hass, evse_id, name, result)
    return {
        "outcome": result.outcome.value,
        "safe_a": result.failsafe_a,
        "before_a": round(result.before_a, 1),
        "after_a": None if result.after_a is None else round(result.after_a, 1),
    }


async def _test(call: ServiceCall) -> ServiceResponse:
    chargers = async_find_chargers(call.hass, call.data)
    if len(chargers) > 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="one_charger")
    coordinator, evse_id = chargers[0]
    try:
        results = await coordinator.async_test_charger(evse_id)
    except WalkImpossibleError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=error.reason,
            translation_placeholders={"charger": coordinator.name_of(evse_id)},
        ) from error
    return {
        "steps": [
            {
                "step": result.kind.value,
                "allowed_a": result.allowed_a,
                "told_a": result.told_a,
                "acknowledged_a": result.acknowledged_a,
                "taken_a": None if result.taken_a is None else round(result.taken_a, 1),
                "followed": result.followed.value,
            }
            for result in results
        ]
    }
