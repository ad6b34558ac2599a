"""Judge: a trained trust layer, which turns evidence into the probability of being right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from skdvgs._default_net.trust_training import TrustNet
from skdvgs._utils.types import Floats

State = Mapping[str, Tensor]
Evidence = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Judgement:
    """What a judge says of some rows.

    Attributes
    ----------
    right : array of shape (n_samples,)
        Probability that the label or target is right, in [0, 1].
    posterior : array of shape (n_samples, n_classes) or None
        Probability of each class to be the right one; None without classes.
    """

    right: Floats
    posterior: Floats | None


class Judge(Protocol):
    """A trained trust layer.

    Attributes
    ----------
    wrong_share : float
        Estimated share of wrong source rows.
    target_trust : float
        Estimated share of right target rows.
    losses : list of float
        Loss after each epoch.
    net : TrustNet
        Trained skorch net with the last weights.
    """

    wrong_share: float
    target_trust: float
    losses: list[float]
    net: TrustNet
