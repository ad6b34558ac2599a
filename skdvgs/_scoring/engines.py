"""Engines: one gradient engine for each set of parameters that training has had so far."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from skdvgs.gradients import GradientEngine
from skdvgs.gradients._batches import Forward, Loss


class Engines:
    """Follows the parameters that are trained, as callbacks may freeze and unfreeze them.

    Parameters
    ----------
    module : torch.nn.Module
        The network.
    loss : callable
        ``loss(output, y)`` returns one loss a row.
    layers : None, 'last', str or sequence of str
        Layers that are compared.
    forward : callable or None
        Takes the place of calling the module.
    """

    def __init__(
        self,
        module: nn.Module,
        loss: Loss,
        layers: str | Sequence[str] | None,
        forward: Forward | None,
    ) -> None:
        self._module, self._loss, self._layers, self._forward = module, loss, layers, forward
        self._by_trained: dict[frozenset[str], GradientEngine] = {}
        self._used: set[frozenset[str]] = set()

    def current(self, *, to_score: bool = True) -> GradientEngine:
        """The engine for the parameters that are trained at this moment."""
        trained = frozenset(n for n, p in self._module.named_parameters() if p.requires_grad)
        if trained not in self._by_trained:
            self._by_trained[trained] = GradientEngine(
                self._module, self._loss, layers=self._layers, forward=self._forward
            )
        if to_score:
            self._used.add(trained)
        return self._by_trained[trained]

    @property
    def report(self) -> dict[str, str]:
        """Which path served each parameter that was ever compared."""
        found: dict[str, str] = {}
        for trained in self._by_trained:
            if trained in self._used:
                found |= self._by_trained[trained].report
        return found
