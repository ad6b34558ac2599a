"""RowCheck: measures whether what the rules give a row is that row's, on the batch itself."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from skdvgs.gradients._forward import RuledForward
from skdvgs.gradients._graph import GraphReading
from skdvgs.gradients._precision import gradient_tolerance
from skdvgs.gradients._terms import GradientTerms

Terms = Mapping[str, GradientTerms]


class RowCheck:
    """Finds layers whose positions belong to other rows than their place says.

    Let G_ij be what a layer's positions of row i add to the gradient of row j's loss. The rule
    returns the squared norm of ``sum_j G_ij``, and with row j's loss times r_j that of
    ``sum_j r_j G_ij``. The second is r_i² times the first for every r, or for one r drawn at
    random with probability one, only if G_ij is zero for all j other than i; and then the
    rule's terms are those of ``G_ii``, the row's own gradient.

    A graph that does not choose positions by values (see ``_graph``) is measured once. To be
    sure that no zero hid a path between rows then, a second way back starts with NaN at half of
    the rows: a zero times NaN is NaN, so the other half stays finite only if there is no path.
    """

    def __init__(self) -> None:
        self._trusted: set[object] = set()
        self._random = torch.Generator().manual_seed(0)
        self.is_mixed = False

    def is_needed(self, reading: GraphReading, n: int) -> bool:
        """Whether the batch of a graph has to be measured."""
        return n > 1 and (reading.may_move_rows or reading.key not in self._trusted)

    def wrong_layers(
        self, forward: RuledForward, losses: Tensor, terms: Terms, *, last: bool
    ) -> list[str]:
        """Layers and chains whose terms are not those of their rows."""
        weights = self._drawn_weights(losses)
        again = forward.terms(losses, weights, last=last)
        tolerance = gradient_tolerance(weights, is_mixed=self.is_mixed)
        total = torch.stack([part.squared_norm for part in terms.values()]).sum(0).sqrt()
        wrong = []
        for name, part in terms.items():
            norm, found = part.squared_norm.sqrt(), again[name].squared_norm.sqrt()
            # Far below the row's whole gradient, a layer's is cancellation noise.
            scale = norm + 1e-3 * total + 1e-5 * norm.nan_to_num(0.0, 0.0).max()
            agrees = (found / weights.abs() - norm).abs() <= tolerance * scale
            if not bool((agrees | ~total.isfinite()).all()):
                wrong.append(name)
        return wrong

    def trust(
        self, forward: RuledForward, losses: Tensor, terms: Terms, key: object, *, last: bool
    ) -> None:
        """Spare later batches of this graph the measurement, if no path leads between rows."""
        lit = torch.rand(len(losses), generator=self._random) < 0.5
        lit[0], lit[-1] = True, False
        nan = torch.where(lit, torch.nan, 0.0).to(losses)
        with torch.autograd.set_detect_anomaly(False):
            spread = forward.terms(losses, nan, last=last)
        dark = (~lit).to(losses.device)
        for name, part in terms.items():
            finite = part.squared_norm.isfinite() <= spread[name].squared_norm.isfinite()
            if not bool(finite[dark].all()):
                return
        self._trusted.add(key)

    def _drawn_weights(self, losses: Tensor) -> Tensor:
        """Random factors, far from zero: of either sign, between a half and three halves."""
        drawn = torch.rand(len(losses), generator=self._random) + 0.5
        sign = torch.randint(0, 2, (len(losses),), generator=self._random) * 2 - 1
        return (drawn * sign).to(losses)
