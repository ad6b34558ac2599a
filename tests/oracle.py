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


def recorded_net(module, criterion, net=skorch.NeuralNet, **settings):
    """A net that the recorder listens to, with several target batches in each of two epochs."""
    usual = {"optimizer": torch.optim.Adam, "lr": 0.02, "max_epochs": 2, "batch_size": 8}
    return net(module, criterion=criterion, callbacks=[Recorder], **(usual | settings))


def replay(module, loss, X, y, compute_every=1):
    """Mean cosine of each row's gradient with the recorded target gradients.

    ``loss(output, y)`` is the loss of one row: output of shape (1, ...), y of shape (1, ...).
    A dict X goes to the module as keyword arguments.
    """
    module = module.double().eval()
    trainable = {n: p for n, p in module.named_parameters() if p.requires_grad}
    cosines = []
    for state, grads in RECORD[::compute_every]:
        module.load_state_dict({n: v.double() for n, v in state.items()})
        target = flatten([grads[n] for n in trainable])
        cosines.append([])
        for i in range(len(y)):
            module.zero_grad()
            loss(output_of(module, X, slice(i, i + 1)), torch.as_tensor(y[i : i + 1])).backward()
            row = flatten([p.grad for p in trainable.values()])
            lengths = row.norm() * target.norm()
            cosines[-1].append(float(row @ target / lengths) if lengths > 0 else 0.0)
    return np.mean(cosines, axis=0)


def output_of(module, X, row):
    if not isinstance(X, dict):
        whole = np.asarray(X).dtype.kind in "iu"  # token numbers
        return module(torch.tensor(X[row], dtype=torch.int64 if whole else torch.float64))
    parts = {name: torch.as_tensor(part[row]) for name, part in X.items()}
    return module(**{n: p.double() if p.is_floating_point() else p for n, p in parts.items()})


def flatten(tensors):
    return torch.cat([t.double().flatten() for t in tensors if t is not None])
