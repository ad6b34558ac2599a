"""What every test compares with: plain autograd in float64, one row at a time.

Nothing here comes from the package.
"""

import copy
from typing import NamedTuple

import torch


class Truth(NamedTuple):
    """Dots and norms of each row, and the length of the target gradient."""

    dot: torch.Tensor
    norm: torch.Tensor
    target_norm: torch.Tensor


def in_double(batch):
    """The same batch with every floating-point tensor in float64."""
    if isinstance(batch, dict):
        return {key: in_double(value) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        return type(batch)(in_double(value) for value in batch)
    if isinstance(batch, torch.Tensor) and batch.is_floating_point():
        return batch.double()
    return batch


def row_of(batch, i):
    """A batch that holds one row alone."""
    if isinstance(batch, dict):
        return {key: row_of(value, i) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        return type(batch)(row_of(value, i) for value in batch)
    return batch[i : i + 1] if isinstance(batch, torch.Tensor) else batch


def random_gradient(module, names=None):
    """A made-up target gradient: one random tensor for each trainable parameter."""
    generator = torch.Generator().manual_seed(7)
    return {
        name: torch.randn(p.shape, generator=generator, dtype=torch.float64).to(p.dtype)
        for name, p in module.named_parameters()
        if p.requires_grad and (names is None or name in names)
    }


def truth(module, loss, x, y, n, target):
    """Dots and norms of n rows, each from a backward pass of its own."""
    module = copy.deepcopy(module).double().eval()
    x, y = in_double(x), in_double(y)
    target = {name: grad.double() for name, grad in target.items()}
    named = {name: p for name, p in module.named_parameters() if name in target}
    dots, norms = [], []
    for i in range(n):
        module.zero_grad(set_to_none=True)
        one = row_of(x, i)
        output = module(**one) if isinstance(one, dict) else module(one)
        value = loss(output, row_of(y, i)).sum()
        if value.requires_grad:
            value.backward()
        grads = {k: p.grad for k, p in named.items() if p.grad is not None}
        grads = {k: g.to_dense() if g.is_sparse else g for k, g in grads.items()}
        zero = torch.zeros((), dtype=torch.float64)
        dots.append(sum(((grads[k] * target[k]).sum() for k in grads), zero))
        norms.append(sum((g.square().sum() for g in grads.values()), zero).sqrt())
    length = torch.stack([g.square().sum() for g in target.values()]).sum().sqrt()
    return Truth(torch.stack(dots), torch.stack(norms), length)


def worst_error(terms, expected):
    """Largest relative error: of a norm, and of a dot in units of both gradients' lengths."""
    unit = expected.norm.clamp(min=1e-12)
    norm_error = (terms.squared_norm.double().sqrt() - expected.norm).abs() / unit
    dot_error = (terms.dot.double() - expected.dot).abs() / (unit * expected.target_norm)
    return float(torch.maximum(norm_error, dot_error).max())
