"""ChainedSequence: a Sequential of a network, run through its chain for a while."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

import torch
from torch import Tensor, nn

from skdvgs.gradients._chain import Chain, ChainPass, Link
from skdvgs.gradients._chain_steps import has_hooks, is_plain, own_parameters, step_for
from skdvgs.gradients._marks import as_rows, holds_rows
from skdvgs.gradients._ruled import RuledLayer, TapeMismatch
from skdvgs.gradients._targets import Targets

Piece = Chain | nn.Module


class ChainedSequence:
    """A Sequential as the chains and single layers that it is run as.

    Parameters
    ----------
    module : Sequential
        Sequential that the network calls in its forward pass.
    containers : list of Sequential
        The module, and Sequentials within it whose layers are run in their place.
    pieces : list of Chain or Module
        Parts in the order of the forward pass.
    """

    def __init__(self, module: nn.Module, containers: list[nn.Module], pieces: list[Piece]) -> None:
        self.module = module
        self.pieces = pieces
        self._children = [(part, tuple(part._modules.values())) for part in containers]
        self._inner = containers[1:]

    @property
    def chains(self) -> list[Chain]:
        """The chains among the pieces."""
        return [piece for piece in self.pieces if isinstance(piece, Chain)]

    def disband(self, chain: str) -> None:
        """Run a chain's layers one by one again."""
        pieces: list[Piece] = []
        for piece in self.pieces:
            if isinstance(piece, Chain) and piece.name == chain:
                pieces += [link.layer for link in piece.links]
            else:
                pieces.append(piece)
        self.pieces = pieces

    def is_unchanged(self) -> bool:
        """Whether the network still calls the layers that were found."""
        return not any(has_hooks(part) for part in self._inner) and all(
            tuple(part._modules.values()) == children for part, children in self._children
        )


def find_sequences(
    module: nn.Module, ruled: Mapping[str, RuledLayer], apart: Collection[int]
) -> list[ChainedSequence]:
    """The Sequentials of a network within which there is a chain.

    Layers that hold a parameter whose ``id`` is in ``apart`` are in none.
    """
    holders = Counter(
        id(child) for parent in module.modules() for child in parent._modules.values()
    )
    met: set[int] = set()
    found = []
    for prefix, part in module.named_modules():
        if id(part) in met or not _is_sequence(part):
            continue
        containers: list[nn.Module] = []
        leaves = _leaves(part, prefix, containers)
        met.update(map(id, containers))
        sequence = ChainedSequence(part, containers, _pieces(leaves, ruled, holders, apart))
        if sequence.chains:
            found.append(sequence)
    return found


def _is_sequence(module: nn.Module) -> bool:
    """Whether a module's forward calls its children in turn, and nothing else."""
    kind = type(module)
    return (
        isinstance(module, nn.Sequential)
        and kind.forward is nn.Sequential.forward
        and getattr(kind, "__iter__", None) is nn.Sequential.__iter__
        and kind.__call__ is nn.Module.__call__
        and "forward" not in vars(module)
        and module._compiled_call_impl is None
    )


def _leaves(
    sequence: nn.Module, prefix: str, containers: list[nn.Module]
) -> list[tuple[str, nn.Module]]:
    """The layers that a Sequential calls, those of Sequentials within it in their place."""
    containers.append(sequence)
    found = []
    for key, child in sequence._modules.items():
        assert child is not None
        name = f"{prefix}.{key}" if prefix else key
        if _is_sequence(child) and is_plain(child):
            found += _leaves(child, name, containers)
        else:
            found.append((name, child))
    return found


def _pieces(
    leaves: list[tuple[str, nn.Module]],
    ruled: Mapping[str, RuledLayer],
    holders: Counter[int],
    apart: Collection[int],
) -> list[Piece]:
    """Join the longest runs of layers that have a step."""
    pieces: list[Piece] = []
    links: list[Link] = []

    def close() -> None:
        if len(links) > 1 and any(link.ruled is not None for link in links):
            pieces.append(Chain(f"{links[0].name} to {links[-1].name}", links))
        else:
            pieces.extend(link.layer for link in links)
        links.clear()

    for name, layer in leaves:
        step = step_for(layer) if is_plain(layer) else None
        # In place, a layer would write into what the chain was given, where others may see it.
        on_input = getattr(layer, "inplace", False) and not any(e.step.is_fresh for e in links)
        own = own_parameters(layer)
        kept_apart = any(id(p) in apart for p in own) or (own and holders[id(layer)] > 1)
        if step is None or kept_apart or (on_input and step.is_fresh):
            close()
            pieces.append(layer)
        else:
            links.append(Link(layer, step, name, ruled.get(name)))
    close()
    return pieces


class ChainTape:
    """Run the Sequentials of a network through their chains, for one forward pass.

    With ``prepares``, what inputs alone tell is worked out once for several ways back.
    """

    def __init__(
        self, sequences: Sequence[ChainedSequence], targets: Targets, *, prepares: bool
    ) -> None:
        self._sequences = sequences
        self._prepares = prepares
        self._targets = targets
        self._patched: list[nn.Module] = []
        self.passes: dict[str, ChainPass] = {}

    def __enter__(self) -> ChainTape:
        for sequence in self._sequences:
            self._patch(sequence.module, self._runner(sequence))
            for chain in sequence.chains:
                for ruled in chain.ruled.values():
                    self._patch(ruled.module, _trap(chain.name))
        return self

    def __exit__(self, *exc_info: object) -> None:
        for module in self._patched:
            vars(module).pop("forward", None)

    def _patch(self, module: nn.Module, forward: Callable[[Tensor], Tensor]) -> None:
        # A plain attribute: setting it through the module costs more than a small layer.
        vars(module)["forward"] = forward
        self._patched.append(module)

    def _runner(self, sequence: ChainedSequence) -> Callable[[Tensor], Tensor]:
        def forward(input: Tensor) -> Tensor:
            if not sequence.is_unchanged():
                raise TapeMismatch(sequence.chains[0].name, "its layers were exchanged")
            for piece in sequence.pieces:
                input = self._run(piece, input) if isinstance(piece, Chain) else piece(input)
            return input

        return forward

    def _run(self, chain: Chain, x: Tensor) -> Tensor:
        chain.check(x)
        if not torch.is_grad_enabled():
            return chain.output(x)
        if chain.name in self.passes:
            raise TapeMismatch(chain.name, "called more than once")
        chain_pass = self.passes[chain.name] = ChainPass(chain, self._targets, self._prepares)
        output = chain_pass.run(x)
        return as_rows(output) if holds_rows(x) else output

    def expect(self, n_rows: int, *, last: bool = True) -> None:
        """Allow the backward pass of the losses of so many rows, and no other."""
        for chain_pass in self.passes.values():
            chain_pass.expect(n_rows, last=last)


def _trap(chain: str) -> Callable[..., Tensor]:
    """A forward for layers that a chain runs: anyone else who calls them must be noticed."""

    def forward(*args: object, **kwargs: object) -> Tensor:
        raise TapeMismatch(chain, "one of its layers is called by itself")

    return forward
