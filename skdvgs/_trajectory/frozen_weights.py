"""Weights that a training leaves as they are: not kept, but built again and compared by digests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import skorch
from numpy.typing import NDArray

from skdvgs._nets.factory import NetFactory, load_state, read_state
from skdvgs._storage.digests import arrays_digest
from skdvgs.exceptions import InvalidInputError

State = dict[str, NDArray[Any]]


def split_state(net: skorch.NeuralNet, factory: NetFactory) -> tuple[State, dict[str, str]]:
    """What of a trained net has to be kept, and digests of what building it again gives.

    Parameters
    ----------
    net : skorch net
        Trained.
    factory : NetFactory
        It was built by.

    Returns
    -------
    state : dict of str to array
        Weights and buffers; all of them where no parameter is frozen.
    untrained : dict of str to str
        Digests of the others.
    """
    state = read_state(net)
    if all(parameter.requires_grad for parameter in net.module_.parameters()):
        return state, {}
    drawn = read_state(factory.build_with({}))
    same = {name for name in state if name in drawn and np.array_equal(state[name], drawn[name])}
    kept = {name: array for name, array in state.items() if name not in same}
    return kept, digests({name: state[name] for name in state if name in same})


def digests(state: Mapping[str, NDArray[Any]]) -> dict[str, str]:
    """Digest of each array by its name."""
    return {name: arrays_digest({name: array}, "") for name, array in state.items()}


def build_again(
    factory: NetFactory, state: Mapping[str, NDArray[Any]], untrained: Mapping[str, str]
) -> skorch.NeuralNet:
    """A net with the weights that were kept, and the others as building it gives them.

    Raises
    ------
    InvalidInputError
        If those have other digests than in fit.
    """
    net = factory.build_with({})
    drawn = read_state(net) if untrained else {}
    for name, digest in untrained.items():
        if name not in drawn or arrays_digest({name: drawn[name]}, "") != digest:
            raise InvalidInputError(
                f"The frozen weights {name!r} of the network are not those of fit. Only "
                "trained ones are kept, and building the module gave others this time. Let its "
                "__init__ load or draw the same weights each time, by torch's random state."
            )
    load_state(net, state)
    return net
