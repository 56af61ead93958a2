"""Makes the text of a message from that of a preset."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from .preset import CURRENT, DECIAMPERE, MILLIAMPERE, PREFIX, TIMESTAMP, Step

# A current may be a little less than a number of steps, in binary.
_SLIP: Final = 1e-6


def filled(step: Step, current_a: float, step_a: float, prefix: str, now: datetime) -> str:
    """Fill in what stands in braces; a current is rounded down to the charger's step."""
    told_a = int(current_a / step_a + _SLIP) * step_a
    texts = {
        PREFIX: prefix,
        CURRENT: f"{told_a:.{_decimals(step_a)}f}",
        MILLIAMPERE: str(int(told_a * 1000 + _SLIP)),
        DECIAMPERE: str(int(told_a * 10 + _SLIP)),
        TIMESTAMP: str(int(now.timestamp())),
    }
    payload = step.payload
    for placeholder, text in texts.items():
        payload = payload.replace(placeholder, text)
    return payload


def _decimals(step_a: float) -> int:
    exponent = Decimal(str(step_a)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
