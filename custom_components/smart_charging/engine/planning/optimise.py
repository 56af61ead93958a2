"""Finds the best schedule that it can, and tells how much better another one might be.

One car is solved exactly. Several take turns at first; then each two that are in each other's way are solved exactly beside
the others, as far as that is quickly done. Without HiGHS the turns alone have to do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import Final

from . import highs
from .formulation import formulate
from .levels import below_levels
from .problem import Problem
from .proof import Proof, prove
from .relaxation import Relaxation, relax
from .schedule import Cost, Schedule, Uses, judge
from .subproblem import beside
from .turns import NOTHING, take_more_turns, take_turns

GAP: Final = 5e-4
"""A schedule that is within this share of what no other is below is good enough: half a cent of ten euros."""

_MOST_S: Final = 5.0
"""So long a solution may take on a machine that is too slow; one car takes a hundredth of it."""
_CAR_NODES: Final = 2000
_PAIR_NODES: Final = 20
"""How far a search goes: the same on every machine, so that the same problem has the same schedule."""
_MOST_OPEN: Final = 70
"""Two cars with more spans than this, of which it is not proved what is best there, would take too long."""
_MOST_OPEN_BESIDE_PEAK: Final = 120
"""... but where they are all there is, and power has a price, it is worth a second."""
_MOST_PAIRS: Final = 24
_TRIFLE: Final = 1e-6
"""Money: two schedules that differ by less cost the same."""
_MOST_LARGE: Final = 2
"""After so many pairs that would take too long the others are taken to do so as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A schedule, what it costs, and the score that none is below."""

    schedule: Schedule
    cost: Cost
    least: float

    @property
    def gap(self) -> float:
        """How much better another one might be at most, as a share of this one's score."""
        return max(0.0, self.cost.score - self.least) / max(abs(self.cost.score), 1e-9)


def optimise(problem: Problem, held: Mapping[int, Uses] = NOTHING) -> Solution:
    """Find the best schedule; the same problem gives the same one, unless the machine is too slow for its exact solution.

    `held` is what cars were to do so far, by job: of two that are as good as each other the one nearer to it is found.
    """
    relaxation = relax(problem, _MOST_S) if _is_coupled(problem) else None
    begins = [held, NOTHING] if held and len(problem.jobs) > 1 else [NOTHING]
    if relaxation is not None:
        begins.append(dict(enumerate(relaxation.schedule)))
    found_by_turns = [take_turns(problem, begin) for begin in begins]
    found_by_turns += [take_turns(below, begins[0]) for below in below_levels(problem)]
    ordered = sorted(found_by_turns, key=lambda each: judge(problem, each).score)
    found = _with_proof(problem, ordered[0], relaxation)
    if found.solution.gap <= GAP or not highs.is_installed():
        return found.solution
    if len(problem.jobs) == 1:
        return _exactly(problem, found, _CAR_NODES)
    # The second best leads to the best as often as not. A plan that held was found in both ways already.
    begun = [found.solution] if held or _is_large(problem, found.proof) else _two(problem, found.solution, ordered)
    return min((_by_pairs(problem, each) for each in begun), key=lambda each: each.cost.score)


def _two(problem: Problem, best: Solution, ordered: Sequence[Schedule]) -> list[Solution]:
    """The best one, and the next one that is not as good."""
    others = (replace(best, schedule=each, cost=judge(problem, each)) for each in ordered)
    return [best, *islice((other for other in others if other.cost.score > best.cost.score + _TRIFLE), 1)]


def _is_large(problem: Problem, proof: Proof) -> bool:
    """Whether most pairs of cars would take too long."""
    return 2 * _open_spans(problem, proof) > _MOST_OPEN * len(problem.jobs)


def _open_spans(problem: Problem, proof: Proof) -> int:
    """Count, over all cars, the spans of which it is not proved that the best schedule leaves them out."""
    return sum(
        kw > 0 and span not in never
        for never, ceilings_kw in zip(proof.never, problem.ceilings_kw, strict=True)
        for span, kw in enumerate(ceilings_kw)
    )


class _TooLargeError(Exception):
    """It would take too long."""


@dataclass(frozen=True, slots=True)
class _Proved:
    solution: Solution
    proof: Proof


def _with_proof(problem: Problem, schedule: Schedule, relaxation: Relaxation | None) -> _Proved:
    cost = judge(problem, schedule)
    proof = prove(problem, cost.score, None if relaxation is None else relaxation.prices)
    return _Proved(Solution(schedule=schedule, cost=cost, least=proof.least), proof)


def _is_coupled(problem: Problem) -> bool:
    """Whether something is not a matter of each car alone, so that it is worth to ask for its price."""
    return highs.is_installed() and bool(
        problem.peaks or (len(problem.jobs) > 1 and (problem.shared or any(problem.surplus_kw)))
    )


def _exactly(problem: Problem, found: _Proved, most_nodes: int) -> Solution:
    program = formulate(problem, found.proof)
    begin = program.binaries(found.solution.schedule)
    solved = highs.solve(program.matrix, time_limit_s=_MOST_S, gap=GAP / 2, begin=begin, most_nodes=most_nodes)
    if solved is None:
        return found.solution
    # The formulation is exact for one car; for two that share a limit it is a little stricter than what can be done.
    least = found.proof.least if problem.shared else max(found.proof.least, solved.least)
    schedule = program.schedule(solved.values)
    cost = judge(problem, schedule)
    if cost.score >= found.solution.cost.score:
        return replace(found.solution, least=least)
    return Solution(schedule=schedule, cost=cost, least=least)


def _by_pairs(problem: Problem, found: Solution) -> Solution:
    schedule = list(found.schedule)
    pairs, settled, large = list(_rivals(problem)), set[tuple[int, int]](), 0
    for _ in range(_MOST_PAIRS):
        pair = next((pair for pair in pairs if pair not in settled), None)
        if pair is None or large > _MOST_LARGE:
            break
        settled.add(pair)
        try:
            better = _settle(problem, schedule, pair)
        except _TooLargeError:
            large += 1
            continue
        if better is not None:
            for number, uses in zip(pair, better, strict=True):
                schedule[number] = uses
            # What the others did was the best beside the old ones.
            settled = {other for other in settled if not set(other) & set(pair)} | {pair}
    schedule = take_more_turns(problem, schedule)
    cost = judge(problem, schedule)
    return Solution(schedule=schedule, cost=cost, least=found.least) if cost.score < found.cost.score else found


def _settle(problem: Problem, schedule: Schedule, pair: tuple[int, int]) -> Schedule | None:
    """Solve two cars beside the others; None where nothing better is found."""
    part = beside(problem, schedule, pair)
    relaxation = relax(part, _MOST_S) if _is_coupled(part) else None
    found = _with_proof(part, [schedule[number] for number in pair], relaxation)
    if found.solution.gap <= GAP:
        return None
    is_worth_it = problem.peaks and len(problem.jobs) == len(pair)
    if _open_spans(part, found.proof) > (_MOST_OPEN_BESIDE_PEAK if is_worth_it else _MOST_OPEN):
        raise _TooLargeError
    better = _exactly(part, found, _PAIR_NODES)
    return better.schedule if better.cost.score < found.solution.cost.score - _TRIFLE else None


def _rivals(problem: Problem) -> Iterator[tuple[int, int]]:
    """List the pairs that are in each other's way."""
    for pair in combinations(range(len(problem.jobs)), 2):
        if problem.peaks or any(problem.surplus_kw) or _meet(problem, pair):
            yield pair


def _meet(problem: Problem, pair: Sequence[int]) -> bool:
    return any(all(number in bound.factors for number in pair) for bound in problem.shared)
