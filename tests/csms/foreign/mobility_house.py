"""A charger built on the `ocpp` library's `ChargePoint`, which judges every message by the official schemas.

`python -m tests.csms.foreign.mobility_house VERSION` (1.6, 2.0.1 or 2.1).
"""

import asyncio
import sys
from collections.abc import Callable

from .charger import Charger, serve
from .mobility_house_v2 import V2Charger
from .mobility_house_v16 import V16Charger

CHARGERS: dict[str, Callable[[], Charger]] = {
    "1.6": V16Charger,
    "2.0.1": lambda: V2Charger("v201", "ocpp2.0.1"),
    "2.1": lambda: V2Charger("v21", "ocpp2.1"),
}

if __name__ == "__main__":
    asyncio.run(serve(CHARGERS[sys.argv[1]]()))
