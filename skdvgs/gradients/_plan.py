"""Plan: which parameters are compared, and which path serves each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from torch import nn

from skdvgs.exceptions import InvalidInputError, UnsupportedModuleError
from skdvgs.gradients._bare_uses import BareParameter
from skdvgs.gradients._chain import Chain
from skdvgs.gradients._ruled import RuledLayer
from skdvgs.gradients._sequences import ChainedSequence, find_sequences
from skdvgs.gradients.rules import LinearProducts, LinearRule, find_products, find_rule

_BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
_EMBEDDINGS = (nn.Embedding, nn.EmbeddingBag)


@dataclass
class Plan:
    """Layers served by a rule, and the reasons why other parameters are not."""

    ruled: dict[str, RuledLayer] = field(default_factory=dict)
    general: dict[str, str] = field(default_factory=dict)
    watched: list[tuple[nn.Module, LinearProducts]] = field(default_factory=list)
    sequences: list[ChainedSequence] = field(default_factory=list)
    disbanded: dict[str, str] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    single: dict[str, RuledLayer] = field(default_factory=dict)  # ruled, and in no chain
    tensors: dict[str, nn.Parameter] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)  # of a parameter's id, its layer
    allowed: dict[str, frozenset[int]] = field(default_factory=dict)  # in calls of single layers
    bare: dict[str, BareParameter] = field(default_factory=dict)

    def regroup(self) -> None:
        """Note which ruled layers are in chains and which are watched one by one."""
        self.sequences = [sequence for sequence in self.sequences if sequence.chains]
        self.chains = {chain.name: chain for part in self.sequences for chain in part.chains}
        chained = {name for chain in self.chains.values() for name in chain.ruled}
        self.single = {name: layer for name, layer in self.ruled.items() if name not in chained}
        self.owners = {
            id(self.tensors[parameter]): name
            for name, layer in self.ruled.items()
            for parameter in layer.parameters.values()
        }
        self.allowed = {
            name: frozenset(id(self.tensors[own]) for own in layer.parameters.values())
            for name, layer in self.single.items()
        }
        self.owners.update({id(part.tensor): name for name, part in self.bare.items()})

    def parameters_of(self, name: str) -> list[str]:
        """Parameters that a ruled layer, a chain, or the watch over one parameter serves."""
        if name in self.bare:
            return [name]
        chain = self.chains.get(name)
        return list(self.ruled[name].parameters.values()) if chain is None else chain.parameters

    def demote(self, name: str, reason: str, *, for_good: bool = False) -> None:
        """Serve parameters in the next best way.

        The layers of a chain are run one by one; the parameters of a layer are watched in the
        functions that use them, unless ``for_good``; after that comes the general path.
        """
        if name in self.bare:
            self.general[name] = f"{self.bare.pop(name).reason}; {reason}"
            self.regroup()
            return
        is_chain = name in self.chains
        for chain in self.chains.values():
            if name == chain.name or name in chain.ruled:
                self.disbanded.update(dict.fromkeys(chain.parameters, reason))
                for sequence in self.sequences:
                    sequence.disband(chain.name)
        if not is_chain:
            for parameter in self.ruled.pop(name).parameters.values():
                if for_good:
                    self.general[parameter] = reason
                else:
                    self.watch(parameter, reason)
        self.regroup()

    def watch(self, parameter: str, reason: str) -> None:
        """Serve a parameter by the functions that use it."""
        self.bare[parameter] = BareParameter(self.tensors[parameter], reason)

    def reconsider(self, name: str, reason: str) -> None:
        """Look for a layer's rows elsewhere, or demote it where that was tried."""
        bare = self.bare.get(name)
        if bare is not None and bare.layout == "rows first":
            bare.layout = "rows second"
            return
        ruled = self.ruled.get(name)
        if ruled is None or ruled.layout != "rows first" or ruled.feature_dims is None:
            self.demote(name, reason)
        else:
            ruled.layout = "rows second"

    def report(self) -> dict[str, str]:
        """How each ruled parameter is served, by name."""
        chained = {name for chain in self.chains.values() for name in chain.parameters}
        served = {}
        for layer in self.ruled.values():
            for name in layer.parameters.values():
                served[name] = f"rule for {type(layer.module).__name__}"
                if name in chained:
                    served[name] += ", in a chain"
                elif name in self.disbanded:
                    served[name] += f", not in a chain: {self.disbanded[name]}"
        for name, bare in self.bare.items():
            served[name] = f"rule for the functions that use it: {bare.reason}"
        return served


def check_module(module: nn.Module) -> None:
    """Refuse modules whose per-sample gradients do not exist or are not yet defined.

    Raises
    ------
    UnsupportedModuleError
        For lazy modules that have not run, batch norm without running statistics, and
        embeddings that renormalise their weights.
    """
    for name, layer in module.named_modules():
        if isinstance(layer, nn.modules.lazy.LazyModuleMixin) and layer.has_uninitialized_params():  # type: ignore[misc]
            raise UnsupportedModuleError(
                f"Layer {name!r} is {type(layer).__name__}, which has no parameters before its "
                "first call. Restarts could not give it weights of its own. Give its input "
                "size, e.g. Linear(20, 10) instead of LazyLinear(10)."
            )
        if getattr(layer, "max_norm", None) is not None and isinstance(layer, _EMBEDDINGS):
            raise UnsupportedModuleError(
                f"Layer {name!r} shortens its weights during every forward pass (max_norm), so "
                "valuing rows would change the network. Use max_norm=None, or shorten the "
                "weights after each training step."
            )
        if isinstance(layer, _BATCH_NORMS) and not layer.track_running_stats:
            raise UnsupportedModuleError(
                f"Layer {name!r} normalises by the statistics of the batch even in evaluation "
                "mode, so a row has no gradient of its own. Use track_running_stats=True, or "
                "GroupNorm or LayerNorm."
            )


def select_parameters(module: nn.Module, layers: str | Sequence[str] | None) -> list[str]:
    """Names of the trainable parameters that take part in the comparison.

    Parameters
    ----------
    module : Module
        Network whose parameters are planned.
    layers : None, str or sequence of str
        None for all; ``"last"`` for the last layer that has trainable parameters; else glob
        patterns of layer or parameter names.

    Raises
    ------
    InvalidInputError
        If a pattern matches no trainable parameter.
    UnsupportedModuleError
        If the module has no trainable parameter.
    """
    names = [name for name, p in module.named_parameters() if p.requires_grad]
    if not names:
        raise UnsupportedModuleError(
            "The network has no trainable parameter, so its gradient is empty. Unfreeze a layer."
        )
    if layers is None:
        return names
    owners = {name: name.rpartition(".")[0] for name in names}
    if layers == "last":
        return [name for name in names if owners[name] == owners[names[-1]]]
    selected: set[str] = set()
    for pattern in [layers] if isinstance(layers, str) else layers:
        matched = {n for n in names if fnmatchcase(n, pattern) or _under(owners[n], pattern)}
        if not matched:
            raise InvalidInputError(
                f"layers={pattern!r} matches no trainable parameter. The network's layers are "
                f"{sorted(set(owners.values()))}. Use 'last', one of these names or a pattern."
            )
        selected |= matched
    return [name for name in names if name in selected]


def _under(owner: str, pattern: str) -> bool:
    """Whether a layer, or a module it is part of, matches a pattern."""
    parts = owner.split(".")
    return any(fnmatchcase(".".join(parts[:depth]), pattern) for depth in range(1, len(parts) + 1))


def make_plan(module: nn.Module, names: Sequence[str], engine: str) -> Plan:
    """Sort the compared parameters by the path that serves them."""
    if engine == "general":
        return Plan(general=dict.fromkeys(names, "asked for by engine='general'"))
    plan = Plan(tensors=dict(module.named_parameters()))
    # A module met under two names is one module that is called twice, not a tie.
    uses = Counter(id(p) for layer in module.modules() for p in layer._parameters.values())
    left = set(names)
    for prefix, layer in module.named_modules():
        dotted = f"{prefix}." if prefix else ""
        own = {key: dotted + key for key in layer._parameters if dotted + key in left}
        products = find_products(layer)
        if products is not None:
            plan.watched.append((layer, products))
        left -= set(own.values())
        if any(uses[id(layer._parameters[key])] > 1 for key in own):
            for name in own.values():
                plan.watch(name, "tied to another layer's parameter")
        elif products is not None:
            plan.ruled.update(_product_layers(prefix, layer, products, own))
        elif own:
            rule, reason = find_rule(layer)
            if rule is None:
                for name in own.values():
                    plan.watch(name, reason)
            else:
                weight = layer._parameters.get("weight")
                plan.ruled[prefix] = RuledLayer(layer, rule, own, weight)
    watched = {id(part.tensor) for part in plan.bare.values()}
    plan.sequences = find_sequences(module, plan.ruled, watched)
    plan.regroup()
    return plan


def _product_layers(
    prefix: str, layer: nn.Module, products: LinearProducts, own: Mapping[str, str]
) -> dict[str, RuledLayer]:
    """One ruled layer for each linear product within a layer."""
    ruled = {}
    for weight, bias in products.names(layer):
        pair = {"weight": weight, "bias": bias}
        kept = {key: own[name] for key, name in pair.items() if name is not None and name in own}
        if kept:
            tensor = layer._parameters[weight]
            name = f"{prefix}:{weight}"
            ruled[name] = RuledLayer(layer, LinearRule(), kept, tensor, is_product=True)
    return ruled
