"""Explanation and Explanations: why rows are low, in words, numbers and frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skdvgs._reporting.explanation.shown_rows import FeaturesOf
from skdvgs._reporting.explanation.unusual import UnusualFeature, span
from skdvgs._utils.optional import import_optional

_MOST_UNUSUAL = 3
_LONGEST_LABEL = 40


@dataclass(frozen=True)
class Neighbour:
    """A row that is compared with the one to explain.

    Attributes
    ----------
    position : int
        In the target set, or in X without one.
    name : object
        Its index entry where X has an index, else its position.
    label : object
        Its label or target.
    similarity : float
        In [0, 1]; 1 for rows with the same features.
    agrees : bool
        Whether its label agrees with the one of the row to explain.
    """

    position: int
    name: object
    label: object
    similarity: float
    agrees: bool


@dataclass(frozen=True)
class Explanation:
    """Why one row has its value.

    Attributes
    ----------
    position : int
        Of the row in X of fit.
    name : object
        Its index entry where X has an index, else its position.
    value : float
        Its value.
    label : object
        The label or target that it was given.
    suggested : object
        The label that suits it best; None without classes.
    other : object
        The best label other than the given one; None without classes.
    agreeing, opposing : list of Neighbour
        The most similar rows whose label agrees with the given one, and those whose does not.
    nearest : list of object
        Labels of the ten most similar rows.
    trusted : bool
        Whether these rows are of the target set.
    scorers : dict of str to float
        Of classes the log-odds that each scorer adds for the given label against `other`: below 0
        it speaks against the given label. 'class frequencies' and 'label noise' are the rest of the
        sum. Of numbers what each scorer predicts.
    unusual : list of UnusualFeature
        Entries far from what their columns usually hold.
    kind : str
        'classification', 'multilabel' or 'regression'.
    n_models : int
        How many of `scorers` are scorers.
    output : int
        Of several labels or numbers, which is most in doubt.
    """

    position: int
    name: object
    value: float
    label: object
    suggested: object
    other: object
    agreeing: list[Neighbour]
    opposing: list[Neighbour]
    nearest: list[object]
    trusted: bool
    scorers: dict[str, float]
    unusual: list[UnusualFeature] = field(default_factory=list)
    kind: str = "classification"
    n_models: int = 0
    output: int = 0

    @property
    def reason(self) -> str:
        """Return the explanation in one sentence, or in two where features are unusual."""
        words = {"regression": self._of_numbers, "multilabel": self._of_labels}
        sentence = words.get(self.kind, self._of_classes)()
        if self.unusual:
            listed = "; ".join(map(str, self.unusual[:_MOST_UNUSUAL]))
            sentence += f" Unusual: {listed}."
        return sentence

    @property
    def _rows(self) -> str:
        return f"{len(self.nearest)} most similar {'trusted ' if self.trusted else ''}rows"

    @property
    def _models(self) -> list[float]:
        return list(self.scorers.values())[: self.n_models]

    def _of_classes(self) -> str:
        given, other = quoted(self.label), quoted(self.other)
        votes = self._models
        against = sum(vote < 0 for vote in votes)
        if against * 2 > len(votes):
            models = f"{against} of {len(votes)} scorers prefer {other} to {given}"
        else:
            models = f"{len(votes) - against} of {len(votes)} scorers prefer {given} to {other}"
        if sum(votes) < 0 <= sum(self.scorers.values()):
            models += ", but wrong labels of this kind are rare here"
        if not self.nearest:
            return f"{models}."
        counts = Counter(map(str, self.nearest))
        same, others = counts[str(self.label)], counts[str(self.other)]
        parts = [(same, given), (others, other)]
        ordered = parts if same >= others else parts[::-1]
        near = " and ".join(f"{n} {'is' if n == 1 else 'are'} {name}" for n, name in ordered)
        return f"Of the {self._rows}, {near}; {models}."

    def _of_labels(self) -> str:
        there = bool(np.asarray(self.label)[self.output])
        votes = self._models
        against = sum(vote < 0 for vote in votes)
        text = f"Label {self.output} is {'given' if there else 'missing'} here"
        if self.nearest:
            given = sum(bool(np.asarray(label)[self.output]) for label in self.nearest)
            text += f" and given in {given} of the {self._rows}"
        return f"{text}; {against} of {len(votes)} scorers speak against that."

    def _of_numbers(self) -> str:
        given = _number_of(self.label, self.output)
        low, high = min(self._models), max(self._models)
        which = f"Target {self.output}" if np.size(np.asarray(self.label)) > 1 else "The target"
        text = f"{which} is {given:.4g}; {len(self._models)} scorers predict {span(low, high)}"
        if self.nearest:
            near = [_number_of(label, self.output) for label in self.nearest]
            text += f", and the {self._rows} have {span(min(near), max(near))}"
        return f"{text}."


class Explanations:
    """Why some rows have their values: a sequence of :class:`Explanation`.

    Parameters
    ----------
    entries : list of Explanation
        One for each row that was asked for, in that order.
    features_of : callable or None
        See :data:`FeaturesOf`; None where features are not to be shown.
    """

    def __init__(self, entries: list[Explanation], features_of: FeaturesOf | None) -> None:
        self._entries = entries
        self._features_of = features_of

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, at: int) -> Explanation:
        return self._entries[at]

    def __iter__(self) -> Iterator[Explanation]:
        return iter(self._entries)

    def __repr__(self) -> str:
        lines = []
        for entry in self._entries:
            row = f"row {entry.name}, given {quoted(entry.label)}, value {entry.value:.3f}"
            lines.append(f"{row}: {entry.reason}")
        return "\n".join(lines)

    def to_frame(self) -> Any:
        """Return the rows and their neighbours as a pandas DataFrame, one line for each.

        Returns
        -------
        neighbours : DataFrame
            Its columns are

            - `row`: name of the row that is explained;
            - `role`: 'explained', 'agrees' or 'opposes'; the explained row itself comes first;
            - `neighbour`: name of the row of this line;
            - `label`: its label or target;
            - `similarity`: in [0, 1];
            - the features of the row of this line, where they were passed to `explain`.

        Raises
        ------
        MissingDependencyError
            An ``ImportError``, if pandas is not installed.
        """
        pandas = import_optional("pandas", "to_frame", "pandas")
        lines: list[tuple[object, ...]] = []
        positions: list[int] = []
        is_of_x: list[bool] = []
        for entry in self._entries:
            lines.append((entry.name, "explained", entry.name, entry.label, 1.0))
            positions.append(entry.position)
            is_of_x.append(True)
            for other in (*entry.agreeing, *entry.opposing):
                role = "agrees" if other.agrees else "opposes"
                lines.append((entry.name, role, other.name, other.label, other.similarity))
                positions.append(other.position)
                is_of_x.append(not entry.trusted)
        columns = ["row", "role", "neighbour", "label", "similarity"]
        made = pandas.DataFrame(lines, columns=columns)
        if self._features_of is None or not lines:
            return made
        return pandas.concat([made, self._features_of(positions, is_of_x)], axis=1)


def quoted(label: object) -> str:
    """Return a label as a sentence shows it: text in quotes, and not too long."""
    text = str(label)
    text = text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
    return f"'{text}'" if isinstance(label, str) else text


def _number_of(label: object, output: int) -> float:
    return float(np.asarray(label, dtype=np.float64).ravel()[output])
