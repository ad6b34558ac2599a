"""GradientEngine: dots and norms of per-sample gradients, without forming them where possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients._batches import Batch, Forward, Loss, LossPerSample
from skdvgs.gradients._modes import evaluation_mode
from skdvgs.gradients._paths import Paths
from skdvgs.gradients._plan import check_module, make_plan, select_parameters
from skdvgs.gradients._targets import Targets
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
        'auto' serves each layer by its rule where there is one, other parameters by rules for
        the functions that use them, and what is left by the general path; each of them where it
        agrees with plain autograd on the first rows. 'general' forms every per-sample gradient.
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

    Warns
    -----
    SlowPathWarning
        By ``terms``, once, if parameters without a rule take most of the time.

    See Also
    --------
    register_rule : Add a rule for a layer of one's own.

    Notes
    -----
    For a layer that is linear in its parameters, with input a and back-propagated output
    gradient d, the dot product is ``sum d * layer(a; g_t)``: the layer run forward with the
    target gradient in place of its parameters. See the documentation for the norms.

    A rule relies on rows being where they seem to be. That is measured on the first batch of
    each size, and on every batch of a network that moves rows by index: the losses are weighted
    at random, and every row's norm must follow its own weight. What fails is served by the
    general path, and ``report`` says so. ``influence_direction`` and ``adam_direction`` make
    target gradients that take curvature or the optimiser's scales into account.

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
    (torch.Size([6]), 'rule for Linear, in a chain')
    """

    def __init__(
        self,
        module: nn.Module,
        loss: Loss,
        *,
        engine: str = "auto",
        layers: str | Sequence[str] | None = None,
        forward: Forward | None = None,
        chunk_bytes: int = 2**26,
    ) -> None:
        if engine not in ("auto", "general"):
            raise InvalidInputError(f"engine must be 'auto' or 'general'. Got {engine!r} instead.")
        check_module(module)
        self.module = module
        self.parameter_names = select_parameters(module, layers)
        named = dict(module.named_parameters())
        self._parameters = {name: named[name] for name in self.parameter_names}
        self._is_recurrent = any(isinstance(layer, nn.RNNBase) for layer in module.modules())
        plan = make_plan(module, self.parameter_names, engine)
        self._paths = Paths(LossPerSample(module, loss, forward), plan, chunk_bytes)

    @property
    def report(self) -> dict[str, str]:
        """Which path serves each parameter."""
        served = self._paths.report()
        return {name: served[name] for name in self.parameter_names}

    def terms(
        self,
        x: Batch,
        y: Batch,
        target_gradient: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]],
        *,
        norms: bool = True,
    ) -> GradientTerms:
        """Dot products with the target gradient and squared norms, for each row.

        Several target gradients share the forward pass, the backward pass and the norms; each
        one after the first costs one more product a layer.

        Parameters
        ----------
        x : Tensor of shape (n_samples, ...), or dict of such
            Input of the module; a dict is passed as keyword arguments.
        y : Tensor of shape (n_samples, ...), or a structure of such
            What the loss is given beside the module's output.
        target_gradient : mapping of str to Tensor, or sequence of n_targets such mappings
            Gradient g_t by parameter name, as ``named_parameters`` names them. A parameter
            that takes part and is missing here counts as zero in g_t.
        norms : bool, default=True
            False leaves the norms out (NaN), which is cheaper on the general path.

        Returns
        -------
        GradientTerms
            ``dot`` and ``squared_norm``, each of shape (n_samples,). ``dot`` has shape
            (n_samples, n_targets) for a sequence of target gradients.

        Raises
        ------
        UnsupportedModuleError
            If a row's loss depends on other rows.
        InvalidInputError
            If a target gradient has another shape than its parameter, or the sequence is empty.

        Examples
        --------
        >>> import torch
        >>> from skdvgs.gradients import GradientEngine
        >>> net = torch.nn.Linear(3, 1, bias=False)
        >>> engine = GradientEngine(net, lambda output, y: (output[:, 0] - y) ** 2)
        >>> targets = [{"weight": torch.eye(3)[[k]]} for k in range(2)]
        >>> engine.terms(torch.ones(4, 3), torch.zeros(4), targets).dot.shape
        torch.Size([4, 2])
        """
        targets = self._check_targets(target_gradient)
        with evaluation_mode(self.module), torch.enable_grad(), self._recurrent_backend():
            return self._paths.terms(x, y, targets, norms)

    def terms_under(
        self, x: Batch, labels: Batch, target_gradient: Mapping[str, Tensor], *, norms: bool = True
    ) -> GradientTerms:
        """The same for each row under each of several labels, from one forward pass.

        Each label costs a backward pass. Parameters on the general path have no part in this:
        for them, and where the network or its loss forbids it, each label has a forward pass of
        its own.

        Parameters
        ----------
        x : Tensor of shape (n_samples, ...), or dict of such
            Input of the module.
        labels : Tensor of shape (n_samples, n_labels, ...), or a structure of such
            For each label, what the loss is given beside the module's output.
        target_gradient : mapping of str to Tensor
            Gradient g_t by parameter name.
        norms : bool, default=True
            False leaves the norms out (NaN).

        Returns
        -------
        GradientTerms
            ``dot`` and ``squared_norm``, each of shape (n_samples, n_labels).

        Raises
        ------
        UnsupportedModuleError
            If a row's loss depends on other rows.
        InvalidInputError
            If a target gradient has another shape than its parameter.
        """
        target = self._check_target(target_gradient)
        with evaluation_mode(self.module), torch.enable_grad(), self._recurrent_backend():
            return self._paths.terms_under(x, labels, Targets(target), norms)

    def _check_targets(
        self, target_gradient: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]]
    ) -> Targets:
        if isinstance(target_gradient, Mapping):
            return Targets(self._check_target(target_gradient))
        if not target_gradient:
            raise InvalidInputError(
                "The sequence of target gradients is empty. Give at least one, by parameter name."
            )
        checked = [self._check_target(target) for target in target_gradient]
        stacked = {name: torch.stack([one[name] for one in checked]) for name in checked[0]}
        return Targets(stacked, len(checked))

    def _check_target(self, target_gradient: Mapping[str, Tensor]) -> dict[str, Tensor]:
        target = {}
        for name, parameter in self._parameters.items():
            grad = target_gradient.get(name)
            if grad is not None and grad.shape != parameter.shape:
                raise InvalidInputError(
                    f"The target gradient of {name!r} has shape {tuple(grad.shape)}, its "
                    f"parameter {tuple(parameter.shape)}. They must be equal. Pass p.grad of "
                    "the same network."
                )
            if grad is None:
                grad = torch.zeros_like(parameter)
            target[name] = grad.detach() if grad.requires_grad else grad
        return target

    def _recurrent_backend(self) -> AbstractContextManager[None]:
        """cuDNN refuses the backward pass of recurrent layers in evaluation mode."""
        if self._is_recurrent and next(self.module.parameters()).is_cuda:
            return torch.backends.cudnn.flags(enabled=False)
        return nullcontext()
