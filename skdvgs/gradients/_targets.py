"""Targets: target gradients, one or several that share a pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from skdvgs.gradients._terms import GradientTerms


@dataclass(frozen=True)
class Targets:
    """Target gradients by parameter name.

    Parameters
    ----------
    gradients : mapping of str to Tensor
        One tensor a parameter: shaped as the parameter for a single target, else
        (n_targets, *parameter shape).
    count : int or None
        Number of targets; None for a single one, whose dots have shape (n_samples,) instead of
        (n_samples, n_targets).
    """

    gradients: Mapping[str, Tensor]
    count: int | None = None

    def subset(self, names: list[str]) -> Targets:
        """Those of some parameters."""
        return Targets({name: self.gradients[name] for name in names}, self.count)

    def of_layer(self, names: Mapping[str, str]) -> dict[str, Tensor]:
        """Those of a layer, by the names that its rule has for parameters."""
        return {own: self.gradients[name] for own, name in names.items()}

    def flat(self) -> Tensor:
        """All in one: (n_parameters,), or (n_parameters, n_targets)."""
        parts = self.gradients.values()
        if self.count is None:
            return torch.cat([part.flatten() for part in parts])
        return torch.cat([part.reshape(len(part), -1) for part in parts], dim=1).t()

    def singles(self) -> Iterator[Targets]:
        """Each target by itself."""
        if self.count is None:
            yield self
        for which in range(self.count or 0):
            yield Targets({name: part[which] for name, part in self.gradients.items()})

    def no_terms(self, n: int) -> GradientTerms:
        """Terms of n rows that the parameters have no part in."""
        like = next(iter(self.gradients.values()))
        squares = like.new_zeros(n)
        dot = squares if self.count is None else like.new_zeros(n, self.count)
        return GradientTerms(dot, squares)
