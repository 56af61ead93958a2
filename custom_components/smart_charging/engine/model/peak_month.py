"""The peaks of a month so far, where power has a price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakMonth:
    """The month that runs ends at `ends`, UTC; its days begin at `days`, UTC, those to come as well.

    `past_kw` are the peaks of its days that are over, `today_kw` that of the day so far, and `window_kwh` what was imported
    since the window that runs began.
    """

    ends: datetime
    days: Sequence[datetime] = ()
    past_kw: Sequence[float] = ()
    today_kw: float = 0.0
    window_kwh: float = 0.0
