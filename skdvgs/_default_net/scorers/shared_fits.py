"""SharedFits: what all restarts of a fit have in common."""

from __future__ import annotations

from dataclasses import dataclass, field

from skdvgs._default_net.scaling import TableScalings
from skdvgs._default_net.scorers.base import ScorerRows
from skdvgs._default_net.scorers.ridge import LandmarkRidge
from skdvgs._utils.types import Floats


@dataclass(frozen=True)
class SteadyFits:
    """Fits that no seed decides.

    Attributes
    ----------
    rows : ScorerRows
        What they were fitted to.
    importances : array of shape (n_given,)
        Importance of each column that trees read in the forest that was fitted first.
    ridges : dict of str to LandmarkRidge
        Exact ridges by name; none where rows are many.
    """

    rows: ScorerRows
    importances: Floats
    ridges: dict[str, LandmarkRidge]


@dataclass
class SharedFits:
    """Fits that restarts on the same features need not make anew.

    Attributes
    ----------
    scalings : TableScalings
        Fitted to the features.
    """

    scalings: TableScalings
    _steady: list[SteadyFits] = field(default_factory=list)

    def add(self, fits: SteadyFits) -> None:
        """Keep fits."""
        if fits.ridges:
            self._steady.append(fits)

    def find(self, rows: ScorerRows) -> SteadyFits | None:
        """Fits to the same labels, weights and groups; None if there are none."""
        return next((fits for fits in self._steady if fits.rows.same_fits(rows)), None)
