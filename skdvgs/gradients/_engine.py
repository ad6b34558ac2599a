"""Dots and norms of per-sample gradients, without forming them where that can be helped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients._batches import Batch, LossPerSample, count_rows, take_rows
from skdvgs.gradients._general import GeneralMode, forward_mode_dots, general_terms
from skdvgs.gradients._plan import check_module, make_plan, select_parameters
from skdvgs.gradients._probe import (
    PROBE_ROWS,
    Reference,
    make_reference,
    moved_parameters,
    subset,
)
from skdvgs.gradients._tape import LayerTape, TapeMismatch, output_gradients
from skdvgs.gradients._terms import GradientTerms


class GradientEngine:
    """Exact dot products and norms of per-sample gradients.

    For every row i of a batch the engine returns ``<g_i, g_t>`` and ``|g_i|**2``, where
    ``g_i`` is the gradient of that row's loss and ``g_t`` a given target gradient. Layers
    with a rule cost one forward and one backward pass to the activations; per-sample
    gradients are formed only for parameters without one.

    Parameters
    ----------
    module : torch.nn.Module
        The network. It is evaluated in evaluation mode (dropout off, batch norm on running
        statistics) and left as it was found.
    loss : callable
        ``loss(output, y)`` returns one loss a row, shape (n_samples,), from the module's
        output for a batch.
    engine : {'auto', 'general'}, default='auto'
        'auto' serves each layer by its rule where there is one and where that agrees with
        plain autograd on the first rows; 'general' forms every per-sample gradient.
    layers : None, 'last', str or sequence of str, default=None
        Restrict the comparison to some layers: the last one with trainable parameters, or
        glob patterns of layer or parameter names. None takes all.
    forward : callable, default=None
        ``forward(x)`` returns the output of ``module`` where that takes more than calling it.
        None calls ``module(x)``, or ``module(**x)`` for a dict.
    chunk_bytes : int, default=2**26
        Memory for per-sample gradients formed at a time on the general path.

    Attributes
    ----------
    parameter_names : list of str
        Trainable parameters that take part.
    report : dict of str to str
        Which path serves each parameter, and why where it is the general one.

    Raises
    ------
    UnsupportedModuleError
        If rows of a batch influence each other, or the module has lazy or no trainable
        parameters.
    InvalidInputError
        If ``layers`` matches nothing.

    See Also
    --------
    register_rule : Add a rule for a layer of one's own.

    Notes
    -----
    For a layer that is linear in its parameters, with input a and back-propagated output
    gradient d, the dot product is ``sum d * layer(a; g_t)``: the layer run forward with the
    target gradient in place of its parameters. See the documentation for the norms.

    References
    ----------
    .. [1] Evans et al., "Data Valuation with Gradient Similarity", arXiv:2405.08217.

    Examples
    --------
    >>> import torch
    >>> from skdvgs.gradients import GradientEngine
    >>> _ = torch.manual_seed(0)
    >>> net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    >>> def loss(output, y):
    ...     return torch.nn.functional.cross_entropy(output, y, reduction="none")
    >>> X, y = torch.randn(6, 4), torch.tensor([0, 1, 2, 0, 1, 2])
    >>> loss(net(X), y).mean().backward()
    >>> target_gradient = {name: p.grad for name, p in net.named_parameters()}
    >>> engine = GradientEngine(net, loss)
    >>> dot, squared_norm = engine.terms(X, y, target_gradient)
    >>> dot.shape, engine.report["0.weight"]
    (torch.Size([6]), 'rule for Linear')
    """

    def __init__(
        self,
        module: nn.Module,
        loss: Callable[[Any, Any], Tensor],
        *,
        engine: str = "auto",
        layers: str | Sequence[str] | None = None,
        forward: Callable[[Any], Any] | None = None,
        chunk_bytes: int = 2**26,
    ) -> None:
        if engine not in ("auto", "general"):
            raise InvalidInputError(f"engine must be 'auto' or 'general'. Got {engine!r} instead.")
        check_module(module)
        self.module = module
        self.parameter_names = select_parameters(module, layers)
        self.chunk_bytes = chunk_bytes
        self._computation = LossPerSample(module, loss, forward)
        self._plan = make_plan(module, self.parameter_names, engine)
        self._mode: GeneralMode | None = None
        self._mode_reason = ""
        self._forward_mode = False
        self._probed = False

    @property
    def report(self) -> dict[str, str]:
        """Which path serves each parameter."""
        served = {
            name: f"rule for {type(layer.module).__name__}"
            for layer in self._plan.ruled.values()
            for name in layer.parameters.values()
        }
        how = f"{self._mode or 'not run yet'}{self._mode_reason}"
        for name, reason in self._plan.general.items():
            served[name] = f"general path ({how}): {reason}"
        return {name: served[name] for name in self.parameter_names}

    def terms(
        self, x: Batch, y: Batch, target_gradient: Mapping[str, Tensor], *, norms: bool = True
    ) -> GradientTerms:
        """Dot products with the target gradient and squared norms, for each row.

        Parameters
        ----------
        x : Tensor of shape (n_samples, ...), or dict of such
            Input of the module; a dict is passed as keyword arguments.
        y : Tensor of shape (n_samples, ...), or a structure of such
            What the loss is given beside the module's output.
        target_gradient : mapping of str to Tensor
            Gradient g_t by parameter name, as ``named_parameters`` names them. A parameter
            that takes part and is missing here counts as zero in g_t.
        norms : bool, default=True
            False leaves the norms out (NaN), which is cheaper on the general path.

        Returns
        -------
        GradientTerms
            ``dot`` and ``squared_norm``, each of shape (n_samples,).

        Raises
        ------
        UnsupportedModuleError
            If a row's loss depends on other rows.
        InvalidInputError
            If a target gradient has another shape than its parameter.
        """
        target = self._check_target(target_gradient)
        with evaluation_mode(self.module), torch.enable_grad(), _plain_rnn(self.module):
            if not self._probed:
                self._probe(x, y)
            while True:
                try:
                    return self._all_terms(x, y, target, norms)
                except TapeMismatch as mismatch:
                    self._plan.demote(mismatch.layer, mismatch.reason)
                    self._probe(x, y)

    def _check_target(self, target_gradient: Mapping[str, Tensor]) -> dict[str, Tensor]:
        named = dict(self.module.named_parameters())
        target = {}
        for name in self.parameter_names:
            parameter, grad = named[name], target_gradient.get(name)
            if grad is not None and grad.shape != parameter.shape:
                raise InvalidInputError(
                    f"The target gradient of {name!r} has shape {tuple(grad.shape)}, its "
                    f"parameter {tuple(parameter.shape)}. They must be equal. Pass p.grad of "
                    "the same network."
                )
            target[name] = torch.zeros_like(parameter) if grad is None else grad.detach()
        return target

    def _all_terms(
        self, x: Batch, y: Batch, target: Mapping[str, Tensor], norms: bool
    ) -> GradientTerms:
        parts = list(self._ruled_terms(x, y, target).values())
        if self._plan.general:
            parts.append(self._general_terms(x, y, subset(target, list(self._plan.general)), norms))
        dot = torch.stack([part.dot for part in parts]).sum(0)
        return GradientTerms(dot, torch.stack([part.squared_norm for part in parts]).sum(0))

    def _ruled_terms(
        self, x: Batch, y: Batch, target: Mapping[str, Tensor]
    ) -> dict[str, GradientTerms]:
        """Terms of each layer that has a rule."""
        plan = self._plan
        if not plan.ruled:
            return {}
        with LayerTape({name: layer.module for name, layer in plan.ruled.items()}) as tape:
            losses = self._computation(x, y)
        n = len(losses)
        calls = tape.single_calls(n)
        grads = output_gradients(losses, calls)
        zeros = losses.new_zeros(n)
        found = {name: GradientTerms(zeros, zeros) for name in plan.ruled}
        with torch.no_grad():
            for name, grad in grads.items():
                layer = plan.ruled[name]
                own = {key: target[full] for key, full in layer.parameters.items()}
                found[name] = layer.rule.terms(layer.module, calls[name].inputs, grad, own)
        return found

    def _general_terms(
        self, x: Batch, y: Batch, target: Mapping[str, Tensor], norms: bool
    ) -> GradientTerms:
        if not norms and self._forward_mode:
            dot = forward_mode_dots(self._computation, x, y, target)
            return GradientTerms(dot, torch.full_like(dot, torch.nan))
        assert self._mode is not None
        return general_terms(self._computation, x, y, target, self._mode, self.chunk_bytes)

    def _probe(self, x: Batch, y: Batch) -> None:
        """Compare every path with plain autograd on the first rows; demote what differs."""
        with moved_parameters(self.module):
            reference = make_reference(self._computation, x, y, self.parameter_names)
            if reference.finite():
                self._compare(x, y, reference)
        if not reference.finite():
            reference = make_reference(self._computation, x, y, self.parameter_names)
            self._compare(x, y, reference)
        self._probed = True

    def _compare(self, x: Batch, y: Batch, reference: Reference) -> None:
        n = min(PROBE_ROWS, count_rows(x))
        for rows in sorted({max(1, n - 1), n}):
            self._probe_rules(take_rows(x, slice(rows)), take_rows(y, slice(rows)), reference)
        if self._plan.general:
            self._choose_mode(take_rows(x, slice(n)), take_rows(y, slice(n)), reference)

    def _probe_rules(self, x: Batch, y: Batch, reference: Reference) -> None:
        """Demote layers whose rule fails; two batch sizes tell rows from positions."""
        if reference.random_forward:
            for name in list(self._plan.ruled):
                self._plan.demote(name, "the forward pass is random in evaluation mode")
        while self._plan.ruled:
            try:
                found = self._ruled_terms(x, y, reference.directions)
                break
            except TapeMismatch as mismatch:
                self._plan.demote(mismatch.layer, mismatch.reason)
        else:
            return
        rows = reference.first_rows(count_rows(x))
        for name, terms in found.items():
            if not rows.agrees(list(self._plan.ruled[name].parameters.values()), terms):
                self._plan.demote(name, "its parameters are also used elsewhere")

    def _choose_mode(self, x: Batch, y: Batch, reference: Reference) -> None:
        """Vectorised gradients where they work and agree, else one sample at a time."""
        names = list(self._plan.general)
        directions = subset(reference.directions, names)
        self._mode, self._mode_reason = "vmap", ""
        try:
            terms = general_terms(self._computation, x, y, directions, "vmap", self.chunk_bytes)
            if not reference.random_forward and not reference.agrees(names, terms):
                self._mode, self._mode_reason = "loop", ", as vmap disagrees with autograd"
        except (RuntimeError, NotImplementedError, ValueError, TypeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason given"
            self._mode, self._mode_reason = "loop", f", as vmap fails: {reason[:120]}"
        try:
            dot = forward_mode_dots(self._computation, x, y, directions)
            self._forward_mode = reference.agrees_on_dots(names, dot)
        except (RuntimeError, NotImplementedError, ValueError, TypeError):
            self._forward_mode = False


@contextmanager
def evaluation_mode(module: nn.Module) -> Iterator[None]:
    """Evaluation mode for every submodule, and each one's own mode back afterwards."""
    training = [layer for layer in module.modules() if layer.training]
    for layer in training:
        layer.training = False
    try:
        yield
    finally:
        for layer in training:
            layer.training = True


@contextmanager
def _plain_rnn(module: nn.Module) -> Iterator[None]:
    """cuDNN refuses the backward pass of recurrent layers in evaluation mode."""
    on_cuda = any(p.is_cuda for p in module.parameters())
    if on_cuda and any(isinstance(layer, nn.RNNBase) for layer in module.modules()):
        with torch.backends.cudnn.flags(enabled=False):
            yield
    else:
        yield
