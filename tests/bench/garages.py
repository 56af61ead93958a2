"""Small garages for the tests of sharing."""

from bench.acn import MAXIMUM_A, Day, Session, most_kwh

HOUR_S = 3600.0


def session(space: str, arrives_h: float, leaves_h: float, full_h: float, *, phase: int = 0) -> Session:
    """A car that asks for so many hours of all that its space can give."""
    return Session(
        space=space,
        phase=phase,
        arrives_s=arrives_h * HOUR_S,
        leaves_s=leaves_h * HOUR_S,
        asked_kwh=most_kwh(MAXIMUM_A, full_h * HOUR_S),
    )


def day(*sessions: Session) -> Day:
    return Day(name="made up", sessions=sessions)


def full_h(kwh: float) -> float:
    """An energy as hours of all that one space can give."""
    return kwh / most_kwh(MAXIMUM_A, HOUR_S)
