"""How a vehicle bears pauses, where that was chosen or seen since it was set up."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseHabit:
    """`continuous`: it is charged in one go. It holds as long as the vehicle is `configured` so."""

    continuous: bool
    configured: bool
    seen_at: datetime | None = None
    """When the vehicle was seen not to go on after a pause, UTC; None: a person says so."""
