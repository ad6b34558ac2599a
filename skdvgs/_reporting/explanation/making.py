"""explanations_of: from grounds to explanations, in the names and labels that people know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skdvgs._reporting.explanation.explanation import Explanation, Neighbour
from skdvgs._reporting.explanation.grounds import Grounds
from skdvgs._reporting.explanation.unusual import UnusualFeature
from skdvgs._utils.types import Floats, Labels


def explanations_of(
    grounds: Grounds,
    *,
    values: Floats,
    labels: Labels,
    reference_labels: Labels,
    names: Callable[[int], object],
    reference_names: Callable[[int], object],
    suggested: Labels | None,
    classes: Labels | None,
    unusual: list[list[UnusualFeature]],
) -> list[Explanation]:
    """Put grounds into words that people know: names and labels instead of positions and codes."""

    def neighbours(at: int, agrees: bool) -> list[Neighbour]:
        found = grounds.agree if agrees else grounds.oppose
        return [
            Neighbour(
                position,
                _plain(reference_names(position)),
                _plain(reference_labels[position]),
                similarity,
                agrees,
            )
            for position, similarity in found.of(at)
        ]

    made = []
    for at, row in enumerate(grounds.rows.tolist()):
        is_class = grounds.kind == "classification"
        made.append(
            Explanation(
                position=row,
                name=_plain(names(row)),
                value=float(values[row]),
                label=_plain(labels[row]),
                suggested=None if suggested is None else _plain(suggested[row]),
                other=_plain(classes[grounds.rival[at]])
                if is_class and classes is not None
                else None,
                agreeing=neighbours(at, True),
                opposing=neighbours(at, False),
                nearest=[
                    _plain(reference_labels[position]) for position, _ in grounds.nearest.of(at)
                ],
                trusted=grounds.trusted,
                scorers=dict(zip(grounds.scorers, grounds.votes[at].tolist(), strict=True)),
                unusual=unusual[at] if unusual else [],
                kind=grounds.kind,
                n_models=grounds.n_models,
                output=0 if is_class else int(grounds.rival[at]),
            )
        )
    return made


def _plain(entry: Any) -> Any:
    """Return a number or text of numpy as one of Python, which prints as people write it."""
    return entry.item() if isinstance(entry, np.generic) else entry
