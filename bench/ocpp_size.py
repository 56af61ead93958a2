"""How much of everything the benchmark of the csms runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """For the CPU, `blocks` of each kind of message are `messages` from each of `speakers` stations.

    Of the crowd of `stations`, `early` ones come and go before memory is looked at. All live for `living_s`, with meter values
    each `sample_s` and, more often than the csms asks for, to have more of them to judge, heartbeats each `heartbeat_s`.
    Then `setpoints` of them are set at once, in each of `rounds` seconds. `settle_s` is left to the csms before it is judged:
    for what is under way to end, and for the first ticks.
    """

    speakers: int = 50
    messages: int = 20
    blocks: int = 7
    stations: int = 1000
    early: int = 100
    settle_s: float = 2.5
    sample_s: float = 10.0
    heartbeat_s: float = 10.0
    living_s: float = 40.0
    setpoints: int = 100
    rounds: int = 20

    @property
    def files(self) -> int:
        """What a process has to be able to have open: a station's old connection and its new one, and a few more."""
        return 2 * max(self.stations, self.speakers) + 200
