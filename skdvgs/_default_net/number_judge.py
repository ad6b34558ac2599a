"""NumberJudge: the probability that the target of a row is right, by two models of wrong ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skdvgs._default_net.judge import Evidence, Judgement, State
from skdvgs._default_net.number_trust import NumberTrust, target_columns
from skdvgs._default_net.target_scale import TargetScale
from skdvgs._default_net.trust_training import MinusMean, RecordStates, TrustNet, train_trust
from skdvgs._utils.types import Floats, Floats32, Labels

# Epochs of training, and the first whose weights make values.
_EPOCHS, _FROM = 4, 3
# Gain in log-likelihood that the rich noise model has to show before its share of wrong targets is
# believed.
_RICH_PRICE = 5.0


@dataclass(frozen=True)
class _Trained:
    net: TrustNet
    states: Sequence[State]
    losses: list[float]
    n_rows: int

    @property
    def log_posterior(self) -> float:
        return -self.losses[-1] * self.n_rows

    @property
    def wrong_share(self) -> float:
        return float(np.exp(self.net.module_.log_shares()[1].item()))

    @property
    def target_trust(self) -> float:
        return float(torch.sigmoid(-self.net.module_.target_logit).item())


@dataclass
class NumberJudge:
    """Two models of wrong targets, averaged by their likelihood; for one output.

    The rich model, in which right targets may have an error added, is averaged in by its
    likelihood. Its *share* of wrong targets is believed only once it gains more than a few nats:
    on clean but uneven residuals it finds errors where there are none. A rich model that calls
    most rows wrong has taken the errors for the rule, and is left out.

    Attributes
    ----------
    scale : TargetScale
        The normal scale of the output.
    n_scorers : int
        Scorers; the evidence holds three scale features more.
    plain, rich : list of state dicts
        Checkpoints of both models.
    rich_weight : float
        Weight of the rich model's evidence, in [0, 1].
    wrong_share, target_trust, losses, net
        See :class:`Judge`.
    """

    scale: TargetScale
    n_scorers: int
    plain: Sequence[State]
    rich: Sequence[State]
    rich_weight: float
    wrong_share: float
    target_trust: float
    losses: list[float]
    net: TrustNet

    @classmethod
    def train(
        cls,
        evidence: Floats,
        y: Floats,
        scale: TargetScale,
        is_target: NDArray[np.bool_],
        settings: Mapping[str, Any],
    ) -> NumberJudge:
        """Train both models on source and target rows together.

        Parameters
        ----------
        evidence : array of shape (n_samples, n_scorers + 3)
            Predictions of the scorers on the normal scale, and scale features.
        y : array of shape (n_samples,)
            Targets as given.
        scale : TargetScale
            Fitted to them.
        is_target : bool array of shape (n_samples,)
            Which rows are target rows.
        settings : mapping
            Settings of the skorch net.
        """
        evidence = np.asarray(evidence, dtype=np.float64)
        targets = target_columns(scale.transform(y))
        n_scorers = evidence.shape[1] - 3
        inputs = {
            "scores": evidence[:, :n_scorers],
            "scale_features": evidence[:, n_scorers:],
            "is_target": is_target,
            "targets": targets,
        }
        residuals = np.abs(targets[:, 0] - evidence[:, :n_scorers].mean(axis=1))
        sizes = {
            "n_scorers": n_scorers,
            "n_scale_features": 3,
            "first_scale": 1.3 * float(np.median(residuals)),
            "ties": target_columns(scale.frequent()),
        }
        settings = {"max_epochs": _EPOCHS, **settings}
        found = []
        for rich in (False, True):
            callback = RecordStates(min(_FROM, settings["max_epochs"]), None)
            net = train_trust(
                NumberTrust,
                {**sizes, "rich": rich},
                MinusMean,
                inputs,
                np.zeros(len(y)),
                callback,
                settings,
            )
            losses = [float(loss) for loss in net.history[:, "train_loss"]]
            found.append(_Trained(net, callback.states, losses, len(y)))
        return cls._average(scale, n_scorers, *found)

    @classmethod
    def _average(
        cls, scale: TargetScale, n_scorers: int, plain: _Trained, rich: _Trained
    ) -> NumberJudge:
        believed = rich.wrong_share <= 0.5

        def weight(price: float) -> float:
            gain = rich.log_posterior - plain.log_posterior - price
            return float(believed / (1.0 + np.exp(np.clip(-gain, -500.0, 500.0))))

        free, paid = weight(0.0), weight(_RICH_PRICE)
        best = rich if free > 0.5 else plain
        return cls(
            scale=scale,
            n_scorers=n_scorers,
            plain=plain.states,
            rich=rich.states,
            rich_weight=free,
            wrong_share=(1.0 - paid) * plain.wrong_share + paid * rich.wrong_share,
            target_trust=(1.0 - paid) * plain.target_trust + paid * rich.target_trust,
            losses=best.losses,
            net=best.net,
        )

    def __call__(self, evidence: Evidence, y: Labels, is_target: bool = False) -> Judgement:
        """Judge targets of shape (n_samples,)."""
        log_ratio = np.zeros(len(evidence))
        for states, rich, weight in (
            (self.plain, False, 1.0 - self.rich_weight),
            (self.rich, True, self.rich_weight),
        ):
            if weight > 0.0:
                log_ratio += weight * self._log_ratio(evidence, y, states, rich)
        wrong = 1.0 - self.target_trust if is_target else self.wrong_share
        wrong = min(max(wrong, 1e-9), 1.0 - 1e-9)
        log_odds = log_ratio + np.log1p(-wrong) - np.log(wrong)
        return Judgement(1.0 / (1.0 + np.exp(np.clip(-log_odds, -700.0, 700.0))), None)

    def predict(self, evidence: Floats32) -> Floats:
        """Pooled predictions in units of the targets, shape (n_samples,)."""
        states, rich = (self.rich, True) if self.rich_weight > 0.5 else (self.plain, False)
        module = self._module(rich)
        scores = torch.as_tensor(evidence[:, : self.n_scorers], dtype=torch.float64)
        found = np.zeros(len(evidence))
        for state in states:
            module.load_state_dict(state)
            with torch.no_grad():
                found += module.centre(scores).numpy()
        return self.scale.inverse(found / len(states))

    def _log_ratio(
        self, evidence: Floats32, y: Labels, states: Sequence[State], rich: bool
    ) -> Floats:
        """Log-density of each target if it is right, less that if it is wrong."""
        module = self._module(rich)
        parts = torch.as_tensor(evidence, dtype=torch.float64)
        targets = torch.as_tensor(target_columns(self.scale.transform(y)))
        found = np.zeros(len(evidence))
        for state in states:
            module.load_state_dict(state)
            with torch.no_grad():
                right, wrong = module.densities(
                    parts[:, : self.n_scorers], parts[:, self.n_scorers :], targets
                )
            found += (right - wrong).numpy()
        return found / len(states)

    def _module(self, rich: bool) -> NumberTrust:
        return NumberTrust(self.n_scorers, 3, rich, 1.0, target_columns(self.scale.frequent()))
