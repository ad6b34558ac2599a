"""ReconstructionJudge: from how well a row is reconstructed to the probability that it is usual.

Rows may be bad in two ways, which ask for opposite scores. Where noise was added, they are far from
what the others predict: the *error* tells. Where the signal of a row is weak, its error is small,
and only its *agreement* with the others, a correlation, tells.

With a target set, a trust layer is trained on either, and their log-odds are averaged with the
weights that their likelihoods give them: the target rows tell which it is. A third model, by which
source rows are all as good as the target rows, has the most weight unless one of the others gains
more than a few nats: differences that a few target rows have by chance are not believed.

Without one, the error counts by how far it goes along with the correlation with the nearest rows
(Spearman's ρ): a weight of 4 ρ, within [0, 1]. Noise added to some rows raises their error and
lowers their correlation. Across ten columns or fewer a correlation says little, and the error
counts alone. The trust layer is set so that a value of 0.5 is two interquartile ranges below the
lower quartile: only gross outliers count as bad.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from scipy.special import expit, logit, softmax
from scipy.stats import spearmanr

from skdvgs._default_net.judge import Judgement, State
from skdvgs._default_net.reconstruction_trust import ReconstructionTrust
from skdvgs._default_net.trust_training import MinusMean, RecordStates, TrustNet, train_trust
from skdvgs._utils.types import Floats, Floats32, Mask
from skdvgs.exceptions import TrainingDivergedError

# Epochs of training, and the first whose weights make values.
_EPOCHS, _FROM = 4, 3
# Scores are cut this many robust standard deviations from the median.
_FURTHEST = 8.0
# An interquartile range in standard deviations of a normal distribution.
_NORMAL_RANGE = 1.349
# Columns up to which the error counts alone, where there is no target set.
_FEW_COLUMNS = 10
_WEIGHT_OF_RHO = 4.0
# Interquartile ranges below the lower quartile at which a row is as likely bad as not.
_FENCE = 2.0
# Slope of the layer that is set by rule.
_RULE_SLOPE = 2.0
# Share of bad rows where nothing tells it.
_USUAL_SHARE = 0.01
# Gain in log-likelihood that a layer has to show before it is believed.
_PRICE = 5.0
_ERROR, _AGREEMENT = np.array([0.5, 0.5, 0.0, 0.0]), np.array([0.0, 0.0, 0.5, 0.5])


@dataclass(frozen=True)
class View:
    """One number made of the evidence, and the trust layer that reads it.

    Attributes
    ----------
    pool : array of shape (n_scorers,)
        Weights of the standardised scores.
    states : list of state dicts
        Checkpoints of the layer.
    weight : float
        Of its log-odds.
    """

    pool: Floats
    states: Sequence[State]
    weight: float

    def log_odds(self, scores: Floats) -> Floats:
        """Mean log-odds over the checkpoints, shape (n_samples,)."""
        number = torch.as_tensor(scores @ self.pool)
        found = np.zeros(len(scores))
        module = ReconstructionTrust()
        for state in self.states:
            module.load_state_dict(state)
            with torch.no_grad():
                found += module.log_odds(number).numpy()
        return found / len(self.states)


@dataclass
class ReconstructionJudge:
    """Trust layers on error and agreement.

    Attributes
    ----------
    centre, spread : arrays of shape (n_scorers,)
        Median of each score, and its robust standard deviation.
    views : list of View
        With weights that add up to 1 at most; the rest is that of equally good rows.
    losses : list of float
        Loss after each epoch.
    net : TrustNet
        Net of the view that counts most.
    wrong_share : float
        Estimated share of bad source rows.
    target_trust : float
        1: target rows are what others are compared with.
    """

    centre: Floats
    spread: Floats
    views: list[View]
    losses: list[float]
    net: TrustNet
    wrong_share: float = field(init=False)
    target_trust: float = field(init=False, default=1.0)

    @classmethod
    def train(
        cls, evidence: Floats32, n_features: int, is_target: Mask, settings: Mapping[str, Any]
    ) -> ReconstructionJudge:
        """Train on source and target rows together.

        Parameters
        ----------
        evidence : array of shape (n_samples, 4)
            What :class:`ReconstructionScores` says of each row: two scores by error, then two by
            correlation, of which the first is that with the nearest rows.
        n_features : int
            Columns of the table.
        is_target : bool array of shape (n_samples,)
            Which rows are target rows.
        settings : mapping
            Settings of the skorch net.
        """
        low, centre, high = np.quantile(evidence.astype(np.float64), [0.25, 0.5, 0.75], axis=0)
        spread = (high - low) / _NORMAL_RANGE
        spread = np.where(spread > 0, spread, evidence.std(axis=0, dtype=np.float64))
        judge = cls(centre, np.where(spread > 0, spread, 1.0), [], [], None)  # type: ignore[arg-type]
        scores = judge._standardised(evidence)
        if is_target.any():
            judge._learn(scores, is_target, settings)
        else:
            judge._set_by_rule(scores, n_features)
        judge.wrong_share = float(1.0 - judge(evidence[~is_target]).right.mean())
        return judge

    def __call__(self, evidence: Floats32) -> Judgement:
        """Judge rows by their evidence."""
        scores = self._standardised(evidence)
        log_odds = np.full(len(scores), self._left_weight() * logit(1.0 - _USUAL_SHARE))
        for view in self.views:
            log_odds += view.weight * view.log_odds(scores)
        return Judgement(expit(log_odds), None)

    def _left_weight(self) -> float:
        return 1.0 - sum(view.weight for view in self.views)

    def _standardised(self, evidence: Floats32) -> Floats:
        scores = (evidence.astype(np.float64) - self.centre) / self.spread
        return np.clip(scores, -_FURTHEST, _FURTHEST)

    def _learn(self, scores: Floats, is_target: Mask, settings: Mapping[str, Any]) -> None:
        """Train a layer on the error and one on the agreement.

        Raises
        ------
        TrainingDivergedError
            If a loss became NaN or infinite.
        """
        settings = {"max_epochs": _EPOCHS, **settings}
        n_target = int(is_target.sum())
        sizes = {"source_per_target": (len(scores) - n_target) / n_target}
        found, pools = [], (_ERROR, _AGREEMENT)
        for pool in pools:
            callback = RecordStates(min(_FROM, settings["max_epochs"]), None)
            inputs = {"score": scores @ pool, "is_target": is_target}
            nothing = np.zeros(len(scores))
            net = train_trust(
                ReconstructionTrust, sizes, MinusMean, inputs, nothing, callback, settings
            )
            found.append((net, callback.states))
        losses = [[float(loss) for loss in net.history[:, "train_loss"]] for net, _ in found]
        if not np.isfinite(losses).all():
            raise TrainingDivergedError(
                "The loss of the trust layer became NaN or infinite. Its optimiser went too far. "
                f"Leave lr=None, or take one below {settings.get('lr', 1.0):g}."
            )
        best = int(np.argmin([part[-1] for part in losses]))
        self.net, self.losses = found[best][0], losses[best]
        log_posterior = [-len(scores) * part[-1] - _PRICE for part in losses]
        weights = softmax([*log_posterior, _log_likelihood_of_sizes(is_target)])
        self.views = [
            View(pool, states, float(weight))
            for pool, (_, states), weight in zip(pools, found, weights, strict=False)
        ]

    def _set_by_rule(self, scores: Floats, n_features: int) -> None:
        """Pool error and agreement by how they go together; only gross outliers are bad."""
        of_error = 1.0
        if n_features > _FEW_COLUMNS:
            of_error = weight_of_error(scores[:, 2], scores @ _ERROR)
        pool = of_error * _ERROR + (1.0 - of_error) * _AGREEMENT
        number = scores @ pool
        low, high = np.quantile(number, [0.25, 0.75])
        width = high - low if high > low else 1.0
        slope = _RULE_SLOPE * _NORMAL_RANGE / width
        # The log-odds are 0 at the fence.
        offset = logit(_USUAL_SHARE) - slope * (low - _FENCE * width)
        start = {"slope": float(slope), "offset": float(offset), "share": _USUAL_SHARE}
        net = TrustNet(
            ReconstructionTrust,
            criterion=MinusMean,
            train_split=None,
            **{f"module__{name}": value for name, value in start.items()},
        ).initialize()
        with torch.no_grad():
            ratio = net.module_.log_ratio(torch.as_tensor(number))
        self.net, self.losses = net, [float(-ratio.mean())]
        self.views = [View(pool, [net.module_.state_dict()], 1.0)]


def _log_likelihood_of_sizes(is_target: Mask) -> float:
    """Log-likelihood of which rows are target rows, where all rows are alike."""
    share = float(is_target.mean())
    return float(len(is_target) * (share * np.log(share) + (1.0 - share) * np.log1p(-share)))


def weight_of_error(correlation: Floats, error: Floats) -> float:
    """Weight of the error against the agreement, in [0, 1], without a target set.

    Parameters
    ----------
    correlation : array of shape (n_samples,)
        Of each row with the nearest rows.
    error : array of shape (n_samples,)
        High for rows with a small error.
    """
    if np.ptp(correlation) == 0 or np.ptp(error) == 0:
        return 1.0
    return float(np.clip(_WEIGHT_OF_RHO * spearmanr(correlation, error).statistic, 0.0, 1.0))
