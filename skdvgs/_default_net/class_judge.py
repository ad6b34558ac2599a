"""ClassJudge: the probability that the label of a row is right, by a pool and a noise layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from skdvgs._default_net.class_trust import ClassTrust, class_posterior
from skdvgs._default_net.judge import Evidence, Judgement, State
from skdvgs._default_net.trust_training import RecordStates, TrustNet, train_trust
from skdvgs._utils.types import Floats, Floats32, Labels

# Epochs of training, and the first whose weights make values. Before it the noise layer is held,
# so that flips by class are seen.
_EPOCHS, _FROM = 24, 12


@dataclass
class ClassJudge:
    """A pool of scorers and a noise layer, at each checkpoint of their training.

    Attributes
    ----------
    n_scorers, n_classes : int
        Sizes of the evidence.
    states : list of state dicts
        Checkpoints.
    wrong_share, target_trust, losses, net
        See :class:`Judge`.
    """

    n_scorers: int
    n_classes: int
    states: Sequence[State]
    losses: list[float]
    net: TrustNet
    wrong_share: float = field(init=False)
    target_trust: float = field(init=False)

    def __post_init__(self) -> None:
        self.target_trust = 1.0 - float(np.mean([float(s["target_rate"]) for s in self.states]))

    @classmethod
    def train(
        cls,
        evidence: Evidence,
        y: NDArray[np.intp],
        is_target: NDArray[np.bool_],
        settings: Mapping[str, Any],
        n_given: int = 0,
    ) -> ClassJudge:
        """Train on source and target rows together.

        Parameters
        ----------
        evidence : array of shape (n_samples, n_scorers, n_classes)
            Log-odds of each scorer, made without the row.
        y : int array of shape (n_samples,)
            Class numbers.
        is_target : bool array of shape (n_samples,)
            Which rows are target rows.
        settings : mapping
            Settings of the skorch net.
        n_given : int
            How many of the scorers, the last ones, are the user's own.
        """
        scores = np.asarray(evidence, dtype=np.float64)
        _, n_scorers, n_classes = scores.shape
        data = (torch.as_tensor(scores), torch.as_tensor(y), torch.as_tensor(is_target))
        settings = {"max_epochs": _EPOCHS, **settings}
        callback = RecordStates(min(_FROM, settings["max_epochs"]), data)
        net = train_trust(
            ClassTrust,
            {
                "n_scorers": n_scorers,
                "n_classes": n_classes,
                "n_rows": len(scores),
                "n_given": n_given,
            },
            nn.NLLLoss,
            {"scores": scores, "is_target": is_target},
            y,
            callback,
            settings,
        )
        losses = [float(loss) for loss in net.history[:, "train_loss"]]
        judge = cls(n_scorers, n_classes, callback.states, losses, net)
        source = ~is_target
        judge.wrong_share = float(1.0 - judge(scores[source], y[source]).right.mean())
        return judge

    def __call__(self, evidence: Evidence, y: Labels, is_target: bool = False) -> Judgement:
        """Judge rows; target rows by the noise layer of their own."""
        posterior = np.zeros((len(evidence), self.n_classes))
        module = ClassTrust(self.n_scorers, self.n_classes)
        scores, labels = torch.as_tensor(evidence, dtype=torch.float64), torch.as_tensor(y)
        for state in self.states:
            module.load_state_dict(state)
            with torch.no_grad():
                noise = module.target_transitions() if is_target else module.transitions
                posterior += class_posterior(module.clean(scores), noise, labels).numpy()
        posterior /= len(self.states)
        right = np.take_along_axis(posterior, np.asarray(y)[:, None], axis=1)[:, 0]
        return Judgement(right, posterior)

    def clean(self, evidence: Floats32) -> Floats:
        """Probabilities of the classes for rows without a label, shape (n_samples, n_classes)."""
        found = np.zeros((len(evidence), self.n_classes))
        module = ClassTrust(self.n_scorers, self.n_classes)
        for state in self.states:
            module.load_state_dict(state)
            with torch.no_grad():
                found += module.clean(torch.as_tensor(evidence, dtype=torch.float64)).numpy()
        return found / len(self.states)
