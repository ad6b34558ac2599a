"""Values by a plain loop in float64, one sample at a time; shares no code with the package.

A skorch callback of this module's own records weights and target gradients while the valuer
trains; :func:`replay` then computes what the values must have been.
"""

import copy

import numpy as np
import skorch
import torch

RECORD = []


class Recorder(skorch.callbacks.Callback):
    """Keep weights, buffers and gradients at every optimiser step, before the step."""

    def on_grad_computed(self, net, named_parameters, **kwargs):
        module = net.module_
        grads = {n: copy.deepcopy(p.grad) for n, p in module.named_parameters()}
        RECORD.append((copy.deepcopy(module.state_dict()), grads))


def replay(module, loss, X, y, compute_every=1):
    """Mean cosine of each row's gradient with the recorded target gradients.

    ``loss(output, y)`` is the loss of one row: output of shape (1, ...), y of shape (1, ...).
    """
    module = module.double().eval()
    trainable = {n: p for n, p in module.named_parameters() if p.requires_grad}
    cosines = []
    for state, grads in RECORD[::compute_every]:
        module.load_state_dict({n: v.double() for n, v in state.items()})
        target = flatten([grads[n] for n in trainable])
        cosines.append([])
        for i in range(len(X)):
            module.zero_grad()
            x = torch.tensor(X[i : i + 1], dtype=torch.float64)
            loss(module(x), torch.as_tensor(y[i : i + 1])).backward()
            row = flatten([p.grad for p in trainable.values()])
            lengths = row.norm() * target.norm()
            cosines[-1].append(float(row @ target / lengths) if lengths > 0 else 0.0)
    return np.mean(cosines, axis=0)


def flatten(tensors):
    return torch.cat([t.double().flatten() for t in tensors if t is not None])
