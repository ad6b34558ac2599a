"""ClassJudge: the probability that the label of a row is right, by a pool and a noise layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from skdvgs._default_net.class_trust import ClassTrust, class_posterior, trust_of
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
    hesitates : bool
        Whether values allow for hesitation; see :class:`ClassTrust`.
    states : list of state dicts
        Checkpoints.
    wrong_share, target_trust, losses, net
        See :class:`Judge`. The share is that of the noise layer, without hesitation.
    """

    n_scorers: int
    n_classes: int
    hesitates: bool
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
        hesitates: bool = True,
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
        hesitates : bool
            Whether values allow for hesitation.
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
        judge = cls(n_scorers, n_classes, hesitates, callback.states, losses, net)
        source = torch.as_tensor(~is_target)
        right = [
            trust_of(module.clean(data[0][source]), module.transitions, data[1][source]).mean()
            for module in judge.modules()
        ]
        judge.wrong_share = 1.0 - float(np.mean(right))
        return judge

    def __call__(self, evidence: Evidence, y: Labels, is_target: bool = False) -> Judgement:
        """Judge rows; target rows by the noise layer of their own, without hesitation."""
        posterior = np.zeros((len(evidence), self.n_classes))
        scores, labels = torch.as_tensor(evidence, dtype=torch.float64), torch.as_tensor(y)
        for module in self.modules():
            clean = module.clean(scores)
            if is_target:
                of_given = module.target_transitions()[:, labels].T
            else:
                of_given = module.of_given(clean, labels)
            posterior += class_posterior(clean, of_given).numpy()
        posterior /= len(self.states)
        right = np.take_along_axis(posterior, np.asarray(y)[:, None], axis=1)[:, 0]
        return Judgement(right, posterior)

    def clean(self, evidence: Floats32) -> Floats:
        """Probabilities of the classes for rows without a label, shape (n_samples, n_classes)."""
        scores = torch.as_tensor(evidence, dtype=torch.float64)
        found: Floats = np.mean([module.clean(scores).numpy() for module in self.modules()], axis=0)
        return found

    def modules(self) -> Iterator[ClassTrust]:
        """The module at each checkpoint, one and the same with other weights."""
        sizes = self.n_scorers, self.n_classes
        module = ClassTrust(*sizes, hesitates=self.hesitates).requires_grad_(False)
        for state in self.states:
            module.load_state_dict(state)
            yield module
