"""RuledPath: terms of every ruled layer, measured where a graph is new or moves rows."""

from __future__ import annotations

import torch
from torch import Tensor

from skdvgs.gradients._batches import Batch, LossPerSample, count_rows
from skdvgs.gradients._forward import RuledForward
from skdvgs.gradients._general import out_of_memory
from skdvgs.gradients._plan import Plan
from skdvgs.gradients._probe import check_rows_apart
from skdvgs.gradients._ruled import RowsRegrouped, TapeMismatch
from skdvgs.gradients._targets import Targets
from skdvgs.gradients._terms import GradientTerms
from skdvgs.gradients._verification import RowCheck

_SAMPLED_ROWS = 2


class RuledPath:
    """Exact terms from rules, or a ``TapeMismatch`` that names the layers that have none.

    Attributes
    ----------
    is_mixed : bool
        Whether a part of the network runs in half precision.
    """

    def __init__(self, computation: LossPerSample, plan: Plan) -> None:
        self._computation = computation
        self._plan = plan
        self._check = RowCheck()
        self._sampled = torch.Generator().manual_seed(0)
        self.is_mixed = False

    def unchecked_terms(self, x: Batch, y: Batch, targets: Targets) -> dict[str, GradientTerms]:
        """Terms of a few rows that the caller compares with plain autograd.

        Raises
        ------
        TapeMismatch
            If a layer is used in a way that its rule does not cover.
        """
        return self._run(x, y, targets, checked=False)

    def terms(self, x: Batch, y: Batch, targets: Targets) -> dict[str, GradientTerms]:
        """Terms of each chain, and of each layer that has a rule and is in no chain.

        Raises
        ------
        TapeMismatch
            If a layer is used in a way that its rule does not cover, or its rows are regrouped.
        UnsupportedModuleError
            If rows influence each other.
        """
        return self._run(x, y, targets, checked=True)

    def _run(
        self, x: Batch, y: Batch, targets: Targets, *, checked: bool
    ) -> dict[str, GradientTerms]:
        plan = self._plan
        if not (plan.ruled or plan.bare):
            return {}
        try:
            forward = RuledForward(self._computation, plan, x, targets, y)
            assert forward.losses is not None
            if checked:
                return self._checked(forward, x, y, targets)
            self._refuse_strays(forward, forward.losses)
            return forward.terms(forward.losses)
        except RuntimeError as error:
            if not plan.sequences or out_of_memory(error):
                raise
            # A user's own error comes again without chains; what only chains cannot do does not.
            raise TapeMismatch(next(iter(plan.chains)), f"it fails: {str(error)[:120]}") from error

    def _checked(
        self, forward: RuledForward, x: Batch, y: Batch, targets: Targets
    ) -> dict[str, GradientTerms]:
        losses = forward.losses
        assert losses is not None
        found, wrong, moving = self.measured(forward, losses)
        if moving:
            rows = torch.randint(count_rows(x), (_SAMPLED_ROWS,), generator=self._sampled).tolist()
            check_rows_apart(self._computation, x, y, losses.detach(), rows, is_mixed=self.is_mixed)
        if wrong:
            # A graph may go back only once: a forward pass of its own decides.
            del forward
            again = RuledForward(self._computation, self._plan, x, targets, y)
            assert again.losses is not None
            wrong = self._check.wrong_layers(again, again.losses, found, last=True)
        if wrong:
            raise RowsRegrouped(wrong)
        return found

    def _refuse_strays(self, forward: RuledForward, losses: Tensor) -> None:
        """Raise where the graph shows uses of parameters that no rule saw."""
        stray = forward.read(losses).stray
        if stray is not None:
            raise TapeMismatch(stray, "its parameters are used elsewhere as well")

    def measured(
        self, forward: RuledForward, losses: Tensor, *, last: bool = True
    ) -> tuple[dict[str, GradientTerms], list[str], bool]:
        """Terms, the layers whose terms are not their rows', and whether the graph moves rows.

        Raises
        ------
        TapeMismatch
            If parameters are used in a place that was not seen.
        """
        reading = forward.read(losses)
        if reading.stray is not None:
            raise TapeMismatch(reading.stray, "its parameters are used elsewhere as well")
        check, moving = self._check, reading.may_move_rows
        check.is_mixed = self.is_mixed
        measured = check.is_needed(reading, len(losses))
        found = forward.terms(losses, last=last and not measured)
        if not measured:
            return found, [], moving
        try:
            wrong = check.wrong_layers(forward, losses, found, last=last and moving)
            if not wrong and not moving:
                check.trust(forward, losses, found, reading.key, last=last)
        except RuntimeError as error:
            if out_of_memory(error):
                raise
            wrong = list(found)
        return found, wrong, moving
