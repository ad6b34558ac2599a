"""evaluation_mode: a network in evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def evaluation_mode(module: nn.Module) -> Iterator[None]:
    """Evaluation mode for every submodule, and each one's own mode back afterwards.

    Parameters
    ----------
    module : torch.nn.Module
        Network whose mode is set and restored.

    Yields
    ------
    None
        Dropout is off and batch norm on running statistics while the context lasts.

    See Also
    --------
    GradientEngine : Does this on its own account.

    Examples
    --------
    >>> import torch
    >>> from skdvgs.gradients import evaluation_mode
    >>> net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Dropout())
    >>> with evaluation_mode(net):
    ...     net[1].training
    False
    >>> net[1].training
    True
    """
    training = [layer for layer in _parts(module) if layer.training]
    # The flag is a plain attribute; setting it through the module costs more than a small layer.
    for layer in training:
        vars(layer)["training"] = False
    try:
        yield
    finally:
        for layer in training:
            vars(layer)["training"] = True


def _parts(module: nn.Module) -> list[nn.Module]:
    """What ``module.modules()`` yields; that takes longer than a small layer."""
    found, left = {id(module): module}, [module]
    while left:
        for child in left.pop()._modules.values():
            if child is not None and id(child) not in found:
                found[id(child)] = child
                left.append(child)
    return list(found.values())
