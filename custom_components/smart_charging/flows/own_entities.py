"""Which entities are ours: what tells or does something for us has to be another integration's."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN


def is_own(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether an entity is one of ours."""
    registered = er.async_get(hass).async_get(entity_id)
    return registered is not None and registered.platform == DOMAIN
