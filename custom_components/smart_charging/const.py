"""What Smart Charging is called inside Home Assistant."""

from typing import Final

DOMAIN: Final = "smart_charging"
