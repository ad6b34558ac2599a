"""LayerRule: what a layer rule is, and the registry that finds one for a layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor, nn

from skdvgs.gradients._terms import GradientTerms


class LayerRule(Protocol):
    """Exact gradient terms of one layer from what it saw and what came back.

    A rule may assume that rows are the first dimension of the layer's only input and of its
    output, that each row's output depends on that row's input alone, and that the layer's
    parameters are used nowhere else: the engine checks all three before it uses a rule.

    A rule whose layer treats all positions between rows and features alike may also have a
    method ``feature_dims(layer)``: how many trailing dimensions of input and output are
    features. It then gets inputs and output gradients as ``(n_samples, positions, *features)``,
    wherever the network keeps its rows, and with the positions of all calls if the layer is
    called several times.

    A rule that also takes several target gradients at a time, each tensor with a first
    dimension of n_targets, and then returns dots of shape (n_samples, n_targets), says so by an
    attribute ``several_targets = True``. Others are asked once for each target.

    Attributes
    ----------
    parameters : frozenset of str
        Names of the layer's own parameters that the rule serves.

    See Also
    --------
    register_rule : Makes a rule known, with an example of one.

    Examples
    --------
    >>> from skdvgs.gradients import GradientTerms
    >>> class ShiftRule:  # for a layer that adds a vector to its input
    ...     parameters = frozenset({"shift"})
    ...     def serves(self, layer):
    ...         return True
    ...     def terms(self, layer, inputs, output_grad, target):
    ...         return GradientTerms(output_grad @ target["shift"], output_grad.square().sum(1))
    """

    parameters: frozenset[str]

    def serves(self, layer: nn.Module) -> bool:
        """Whether the rule holds for this layer with the options it was built with.

        Parameters
        ----------
        layer : Module
            A layer of the type the rule is registered for.

        Returns
        -------
        bool
            False leaves the layer to the general path.
        """
        ...

    def terms(
        self,
        layer: nn.Module,
        inputs: Tensor,
        output_grad: Tensor,
        target: Mapping[str, Tensor],
    ) -> GradientTerms:
        """Dot products and squared norms of the layer's per-sample gradients.

        Parameters
        ----------
        layer : Module
            The layer, with its present parameters.
        inputs : Tensor of shape (n_samples, ...)
            Input of the layer, rows first.
        output_grad : Tensor, shaped as the layer's output
            Gradient of the *sum* of the rows' losses with respect to the layer's output.
        target : mapping of str to Tensor
            Target gradient of those own parameters that take part in the comparison; a
            parameter that is missing here (frozen, not selected) counts in neither number.

        Returns
        -------
        GradientTerms
            Two tensors of shape (n_samples,).
        """
        ...


_RULES: dict[type[nn.Module], LayerRule] = {}


def register_rule(layer_type: type[nn.Module], rule: LayerRule) -> None:
    """Serve a kind of layer by an exact rule instead of the general path.

    Parameters
    ----------
    layer_type : Module subclass
        The kind of layer. Subclasses that keep its ``forward`` are served too.
    rule : LayerRule
        An object with ``parameters``, ``serves`` and ``terms``. A later registration for the
        same type replaces the earlier one.

    Raises
    ------
    TypeError
        If ``layer_type`` is no Module subclass or ``rule`` lacks one of the three.

    See Also
    --------
    GradientEngine : Checks every rule against plain autograd on the first rows it sees.

    Examples
    --------
    A layer that multiplies each feature by a learned factor:

    >>> import torch
    >>> from skdvgs.gradients import GradientTerms, register_rule
    >>> class Gate(torch.nn.Module):
    ...     def __init__(self, width):
    ...         super().__init__()
    ...         self.factor = torch.nn.Parameter(torch.ones(width))
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> class GateRule:
    ...     parameters = frozenset({"factor"})
    ...     def serves(self, layer):
    ...         return True
    ...     def terms(self, layer, inputs, output_grad, target):
    ...         per_sample = inputs * output_grad
    ...         return GradientTerms(per_sample @ target["factor"], per_sample.square().sum(1))
    >>> register_rule(Gate, GateRule())
    """
    if not (isinstance(layer_type, type) and issubclass(layer_type, nn.Module)):
        raise TypeError(f"layer_type must be a torch.nn.Module subclass. Got {layer_type!r}.")
    missing = [name for name in ("parameters", "serves", "terms") if not hasattr(rule, name)]
    if missing:
        raise TypeError(f"A layer rule needs {', '.join(missing)}. Got {rule!r}.")
    _RULES[layer_type] = rule


def find_rule(layer: nn.Module) -> tuple[LayerRule | None, str]:
    """The rule for a layer, or None and the reason why there is none."""
    layer_type: Any
    for layer_type in type(layer).__mro__:
        rule = _RULES.get(layer_type)
        if rule is None:
            continue
        if type(layer).forward is not layer_type.forward:
            return None, f"{type(layer).__name__} has its own forward"
        if not set(layer._parameters) <= rule.parameters:
            return None, f"{type(layer).__name__} has parameters of its own"
        if not rule.serves(layer):
            return None, f"no rule for {type(layer).__name__} with these options"
        return rule, ""
    return None, f"no rule for {type(layer).__name__}"
