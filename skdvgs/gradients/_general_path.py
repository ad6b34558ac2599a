"""GeneralPath: which way of forming gradients, and what to fall back on."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import torch

from skdvgs.exceptions import SlowPathWarning
from skdvgs.gradients._batches import Batch, LossPerSample
from skdvgs.gradients._general import (
    GeneralMode,
    forward_mode_dots,
    general_terms,
    out_of_memory,
)
from skdvgs.gradients._probe import Reference, subset
from skdvgs.gradients._targets import Targets
from skdvgs.gradients._terms import GradientTerms

# Below, no one waits for it: seconds for a batch, and how many times all else.
_NOTICED_SECONDS = 0.5
_NOTICED_SHARE = 1.0
# What vmap and forward mode raise where they have no rule for an operation.
_UNSUPPORTED = (RuntimeError, NotImplementedError, ValueError, TypeError)


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:120] if text else "no reason given"


class GeneralPath:
    """Per-sample gradients formed by vmap where that works and agrees, else row by row."""

    def __init__(self, computation: LossPerSample, chunk_bytes: int) -> None:
        self._computation = computation
        self._chunk_bytes = chunk_bytes
        self._mode: GeneralMode | None = None
        self._reason = ""
        self._forward_mode = False
        self._warned = False

    @property
    def description(self) -> str:
        """Which way it is, and why not the faster one."""
        return f"{self._mode or 'not run yet'}{self._reason}"

    def terms(self, x: Batch, y: Batch, targets: Targets, *, norms: bool) -> GradientTerms:
        """Terms of the parameters that ``targets`` names."""
        if not norms and self._forward_mode:
            dot = forward_mode_dots(self._computation, x, y, targets)
            return GradientTerms(dot, torch.full((len(dot),), torch.nan).to(dot))
        assert self._mode is not None
        if self._mode == "vmap":
            try:
                return self._formed(x, y, targets, "vmap")
            except _UNSUPPORTED as error:
                if out_of_memory(error):
                    raise
                # What a network does may depend on its rows; an error of its own comes again.
                self._mode, self._reason = "loop", f", as vmap fails: {_first_line(error)}"
        return self._formed(x, y, targets, "loop")

    def warn_of_cost(self, reasons: Mapping[str, str], seconds: float, rest: float) -> None:
        """Name the parameters that make a batch slow, and what they cost; once.

        Parameters
        ----------
        reasons : mapping of str to str
            Reason for each parameter that has no faster path.
        seconds : float
            Time of this path for one batch, in seconds.
        rest : float
            Time of all other paths for the batch, in seconds.
        """
        if self._warned or seconds < _NOTICED_SECONDS or seconds < _NOTICED_SHARE * rest:
            return
        self._warned = True
        named = "; ".join(f"{name}: {reason}" for name, reason in list(reasons.items())[:3])
        more = f" and {len(reasons) - 3} more" if len(reasons) > 3 else ""
        warnings.warn(
            f"{len(reasons)} of the network's parameters have no exact rule ({named}{more}). "
            f"Their per-sample gradients are formed ({self._mode}), which took {seconds:.1f} s of "
            f"{seconds + rest:.1f} s for a batch. Leave them out by layers=, freeze them, or "
            "register a rule for their layer.",
            SlowPathWarning,
            stacklevel=2,
        )

    def choose(self, x: Batch, y: Batch, reference: Reference, names: list[str]) -> None:
        """Try each way on a few rows whose gradients are known."""
        targets = Targets(subset(reference.directions, names))
        self._mode, self._reason = "vmap", ""
        try:
            terms = self._formed(x, y, targets, "vmap")
            if not reference.random_forward and not reference.agrees(names, terms):
                self._mode, self._reason = "loop", ", as vmap disagrees with autograd"
        except _UNSUPPORTED as error:
            self._mode, self._reason = "loop", f", as vmap fails: {_first_line(error)}"
        try:
            dot = forward_mode_dots(self._computation, x, y, targets)
            self._forward_mode = reference.agrees_on_dots(names, dot)
        except _UNSUPPORTED:
            self._forward_mode = False

    def _formed(self, x: Batch, y: Batch, targets: Targets, mode: GeneralMode) -> GradientTerms:
        return general_terms(self._computation, x, y, targets, mode, self._chunk_bytes)
