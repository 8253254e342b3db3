"""Figures of several rounds: median and range, never one lucky run."""

import statistics
from dataclasses import dataclass, field


@dataclass
class Samples:
    """One figure, a value a round."""

    values: list

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def low(self):
        return min(self.values)

    @property
    def high(self):
        return max(self.values)

    def per(self, other):
        """Round by round: what disturbs the machine for a while disturbs both sides of one quotient."""
        return Samples([mine / theirs for mine, theirs in zip(self.values, other.values, strict=True)])


@dataclass
class Target:
    """What a median is held to. Information: a figure never fails a run."""

    text: str
    at_least: float | None = None
    at_most: float | None = None

    def met_by(self, samples):
        if self.at_least is not None:
            return samples.median >= self.at_least
        return samples.median <= self.at_most


@dataclass
class Row:
    """One line of the report: a figure of Cutroom's, of what it is compared with, and their ratio."""

    what: str
    unit: str
    ours: Samples | None = None
    other: Samples | None = None
    other_name: str = "peer"
    ratio: Samples | None = None
    target: Target | None = None
    target_of: str = "ratio"  # Which of the three samples the target speaks of.

    def verdict(self):
        judged = getattr(self, self.target_of)
        if self.target is None or judged is None:
            return ""
        return "met" if self.target.met_by(judged) else "missed"


@dataclass
class Section:
    """What one bench has found."""

    name: str
    title: str
    rows: list = field(default_factory=list)
    text: str = ""  # A table that is printed as it is.
    notes: list = field(default_factory=list)
    details: dict = field(default_factory=dict)  # For the JSON alone.


def compared(what, unit, ours, other, other_name="peer", target=None):
    """A row where either side may not have been measured."""
    ratio = ours.per(other) if ours and other else None
    return Row(what, unit, ours, other, other_name, ratio, target)


def interleaved(contestants, rounds, measure):
    """{name: [result of each round]}: each round measures every contestant once, in turn, so that a slow minute of
    the machine meets all of them."""
    results = {name: [] for name in contestants}
    for number in range(rounds):
        for name, contestant in contestants.items():
            results[name].append(measure(contestant))
            print(f"    round {number + 1}/{rounds}: {name}", flush=True)
    return results


def samples_of(results, name, attribute):
    """None where the contestant did not take part."""
    if name not in results:
        return None
    return Samples([getattr(result, attribute) for result in results[name]])
