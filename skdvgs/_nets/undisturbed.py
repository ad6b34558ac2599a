"""undisturbed: a while in which a network is looked at; training then goes on as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import skorch
import torch
from torch import nn

from skdvgs._utils.types import Device
from skdvgs.gradients import evaluation_mode


@contextmanager
def undisturbed(net: skorch.NeuralNet) -> Iterator[None]:
    """Evaluation mode for a while; mode, buffers and random draws are afterwards as before."""
    with (
        evaluation_mode(net.module_),
        _untouched_random_state(net.device),
        _untouched_buffers(net.module_),
    ):
        yield


@contextmanager
def _untouched_random_state(device: Device) -> Iterator[None]:
    state = torch.get_rng_state()
    on_cuda = torch.device(device or "cpu").type == "cuda"
    cuda_states = torch.cuda.get_rng_state_all() if on_cuda else []
    try:
        yield
    finally:
        torch.set_rng_state(state)
        if on_cuda:
            torch.cuda.set_rng_state_all(cuda_states)


@contextmanager
def _untouched_buffers(module: nn.Module) -> Iterator[None]:
    """Put back what a forward pass writes in evaluation mode too, such as counters and caches."""
    before = [
        (part, name, buffer, buffer.clone())
        for part in module.modules()
        for name, buffer in part._buffers.items()
        if buffer is not None
    ]
    try:
        yield
    finally:
        with torch.no_grad():
            for part, name, buffer, values in before:
                if part._buffers.get(name) is not buffer:
                    part._buffers[name] = buffer  # another tensor was put in its place
                buffer.copy_(values)
