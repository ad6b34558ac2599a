"""NumberTrust: the default network for numbers: pooled predictions under a layer of wrong targets.

On the normal scale (:class:`TargetScale`) a row's right target is spread around a pooled
prediction, with a scale of the row's own:

    f(y | x): centre Σ_b w_b s_b(x) + c, log scale a_0 + a·F(x)

The target that was given is right with probability 1 - e. Otherwise it is drawn from all targets
(m_1), or from anywhere (m_2, a broad density that gross errors come from), or it is the right one
with an error added (m_3, in the *rich* model).

**A wrong target differs from the right one.** This matters where targets have ties, as zeros,
grades and counts do. If m(y) is the share of a tied target y and p_y(x) the probability that it is
the right one, a draw from m that misses the right target t is y with probability

    Σ_{t ≠ y} p_t m(y) / (1 - m(t)) = m(y) (A(x) - p_y / (1 - m(y))),
    A(x) = 1 + Σ_t p_t m(t) / (1 - m(t)),    where t runs over the frequent ties.

Without it, a wrong target among many zeros would count as a zero that is right by chance.

**What a value is.** Let τ be the log-odds that targets are right. The gradient of a row's loss
-log((1 - e) f + Σ e_k m_k) with respect to τ is (1 - e) - r, with

    r = (1 - e) f(y | x) / ((1 - e) f(y | x) + Σ_k e_k m_k(y)),

the probability that the row's target is right. The target gradient on τ is negative, since target
rows are right. So the similarity of the two gradients is r - (1 - e): rows that pull trust up have
high values. The value is r, in [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy.special import ndtr
from torch import Tensor, nn

from skdvgs._default_net.target_scale import HALF_WIDTH, ScoredTargets
from skdvgs._utils.types import Floats

# Pseudo-rows of the priors: weights to equal ones, scale features to none, right source and target
# rows. Where nothing can be predicted, any share of wrong rows is as likely: the prior decides.
_EQUAL, _SCALE, _SOURCE_RIGHT, _TARGET_RIGHT = 20.0, 5.0, 10.0, 20.0
_LOG_ROOT_2PI = 0.5 * math.log(2.0 * math.pi)
# Steepness with which a logistic curve is nearest to the normal one.
_LOGISTIC = 1.7
# The wide part of the rich model's density is that much wider.
_WIDE = 2.5
_BROAD = 3.0
_LEAST_MASS, _LEAST_REST, _LEAST_MISSED = 1e-13, 1e-3, 1e-6

# Log-mass of targets, given centre and log scale of their rows.
LogMass = Callable[[Tensor, Tensor, Tensor], Tensor]


class NumberTrust(nn.Module):
    """Pooled predictions with a local scale, and the ways to be wrong.

    Parameters
    ----------
    n_scorers, n_scale_features : int
        Sizes of the input.
    rich : bool
        Whether a target may also be right with an error added, and f has a wide part.
    first_scale : float
        Scale of the residuals before training.
    ties : array of shape (n_ties, 5)
        Targets that many rows have; see :func:`target_columns`.
    """

    def __init__(
        self,
        n_scorers: int,
        n_scale_features: int,
        rich: bool,
        first_scale: float,
        ties: Floats,
    ) -> None:
        super().__init__()
        self.rich = rich
        self.ties: Tensor
        self.register_buffer("ties", torch.as_tensor(ties), persistent=False)

        def start(size: int, value: float) -> nn.Parameter:
            return nn.Parameter(torch.full((size,), value, dtype=torch.float64))

        self.weights = start(n_scorers, 1.0 / n_scorers)
        self.bias = start(1, 0.0)
        self.log_scale = start(1, math.log(max(first_scale, 1e-2)))
        self.scale_weights = start(n_scale_features, 0.0)
        self.wrong_logits = start(2 + rich, -3.0)  # against 0 for right
        self.target_logit = start(1, -4.0)  # of a wrong target row
        self.wide_logit = start(1, -2.2)
        self.log_added = start(1, 0.0)
        if not rich:
            self.wide_logit.requires_grad_(False)
            self.log_added.requires_grad_(False)

    def forward(
        self, scores: Tensor, scale_features: Tensor, is_target: Tensor, targets: Tensor
    ) -> Tensor:
        """Log-density of each row's given target, shape (n_samples,).

        Parameters
        ----------
        scores : Tensor of shape (n_samples, n_scorers)
            Predictions of the scorers.
        scale_features : Tensor of shape (n_samples, n_scale_features)
            What tells how far off the predictions may be.
        is_target : bool Tensor of shape (n_samples,)
            Whether the row is of the target set.
        targets : Tensor of shape (n_samples, 5)
            See :func:`target_columns`.
        """
        right, wrong = self.densities(scores, scale_features, targets)
        log_right, log_wrong = self.log_shares()
        log_right = torch.where(is_target, _log_sigmoid(-self.target_logit), log_right)
        log_wrong = torch.where(is_target, _log_sigmoid(self.target_logit), log_wrong)
        return torch.logaddexp(log_right + right, log_wrong + wrong)

    def densities(
        self, scores: Tensor, scale_features: Tensor, targets: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Log-density of each given target if it is right, and if it is wrong."""
        row = self.centre(scores), self._log_scale(scale_features)
        each_tie = self.ties, *(part[:, None] for part in row)
        right, right_of_ties = self._right(targets, *row), self._right(*each_tie).exp()
        ways: list[LogMass] = [_of_all, _broad, *([self._added] if self.rich else [])]
        masses = [
            self._missing(way(targets, *row), right, way(*each_tie), right_of_ties, targets)
            for way in ways
        ]
        shares = torch.log_softmax(self.wrong_logits, dim=0)
        return right, torch.logsumexp(shares[:, None] + torch.stack(masses), dim=0)

    @staticmethod
    def _missing(
        log_mass: Tensor, right: Tensor, of_ties: Tensor, right_of_ties: Tensor, targets: Tensor
    ) -> Tensor:
        """Log-mass of each given target if it is drawn in one way and misses the right one."""
        share = of_ties.exp()
        total = 1.0 + (right_of_ties * share / (1.0 - share).clamp_min(_LEAST_REST)).sum(dim=1)
        # What has no ties is never drawn again.
        itself, own = (_of_tied(part, targets) for part in (right, log_mass))
        missed = total - itself / (1.0 - own).clamp_min(_LEAST_REST)
        return log_mass + missed.clamp_min(_LEAST_MISSED).log()

    def _added(self, targets: Tensor, centre: Tensor, log_scale: Tensor) -> Tensor:
        variance = torch.exp(2.0 * log_scale) + torch.exp(2.0 * self.log_added)
        return _log_mass(targets, centre, 0.5 * variance.log(), _normal)

    def log_shares(self) -> tuple[Tensor, Tensor]:
        """Logarithms of the shares of right and of wrong source rows."""
        log_wrong = torch.logsumexp(self.wrong_logits, dim=0)
        return _log_sigmoid(-log_wrong), _log_sigmoid(log_wrong)

    def centre(self, scores: Tensor) -> Tensor:
        """Pooled predictions, shape (n_samples,)."""
        return scores @ self.weights + self.bias

    def penalty(self) -> Tensor:
        """Minus the log-prior of all parameters."""
        n_scorers = len(self.weights)
        unequal = ((self.weights - 1.0 / n_scorers) ** 2).sum()
        log_right, log_wrong = self.log_shares()
        shares = torch.cat([log_right.reshape(1), log_wrong + self.wrong_logits.log_softmax(0)])
        prior = (
            _EQUAL / 2.0 * n_scorers * unequal
            + _SCALE / 2.0 * (self.scale_weights**2).sum()
            - 0.5 * shares[1:].mean()
            - _SOURCE_RIGHT * log_right
            - _TARGET_RIGHT * _log_sigmoid(-self.target_logit).sum()
        )
        if self.rich:
            wide = _log_sigmoid(self.wide_logit) + 10.0 * _log_sigmoid(-self.wide_logit)
            prior = prior + 2.0 * (self.log_added**2).sum() - wide.sum()
        return prior

    def _log_scale(self, scale_features: Tensor) -> Tensor:
        return (self.log_scale + scale_features @ self.scale_weights).clamp(-4.0, 1.5)

    def _right(self, targets: Tensor, centre: Tensor, log_scale: Tensor) -> Tensor:
        if not self.rich:
            return _log_mass(targets, centre, log_scale, _logistic)
        narrow = _log_mass(targets, centre, log_scale, _normal)
        wide = _log_mass(targets, centre, log_scale + math.log(_WIDE), _normal)
        return torch.logaddexp(
            _log_sigmoid(-self.wide_logit) + narrow, _log_sigmoid(self.wide_logit) + wide
        )


def target_columns(scored: ScoredTargets) -> Floats:
    """What the network needs of each given target, shape (n_samples, 5).

    Score, low and high end of its interval, and the logarithms of the interval's mass among all
    targets (the standard normal distribution) and under a broad one (Cauchy's).
    """
    low, high = np.nan_to_num([scored.low, scored.high], neginf=-1e9, posinf=1e9)
    masses = [_mass(ndtr, low, high), _mass(_cauchy, low, high)]
    logs = np.log(np.maximum(masses, 1e-300))
    ends = [np.clip(part, -60.0, 60.0) for part in (scored.score, scored.low, scored.high)]
    return np.stack([*ends, *logs], axis=1)


def _mass(cumulative, low: Floats, high: Floats) -> Floats:  # type: ignore[no-untyped-def]
    """Mass of an interval; in the lower tail, where it loses no digits."""
    upper = low + high > 0
    low, high = np.where(upper, -high, low), np.where(upper, -low, high)
    found: Floats = cumulative(high) - cumulative(low)
    return found


def _cauchy(x: Floats) -> Floats:
    return 0.5 + np.arctan(x / _BROAD) / math.pi


def _of_all(targets: Tensor, *_: Tensor) -> Tensor:
    return targets[..., 3]


def _broad(targets: Tensor, *_: Tensor) -> Tensor:
    return targets[..., 4]


def _is_tied(targets: Tensor) -> Tensor:
    return targets[..., 2] - targets[..., 1] > 2.1 * HALF_WIDTH


def _of_tied(log_mass: Tensor, targets: Tensor) -> Tensor:
    """Mass of each target that has ties, 0 of the others."""
    none = torch.full_like(log_mass, -1e3)
    return torch.where(_is_tied(targets), log_mass, none).exp()


def _normal(x: Tensor) -> tuple[Tensor, Tensor]:
    """Cumulative distribution and log-density of the standard normal distribution."""
    return torch.special.ndtr(x), -0.5 * x * x - _LOG_ROOT_2PI


def _logistic(x: Tensor) -> tuple[Tensor, Tensor]:
    """The same of the logistic distribution nearest to it."""
    x = _LOGISTIC * x
    log_density = math.log(_LOGISTIC) - x.abs() - 2.0 * torch.log1p(torch.exp(-x.abs()))
    return torch.sigmoid(x), log_density


def _log_mass(targets: Tensor, centre: Tensor, log_scale: Tensor, family) -> Tensor:  # type: ignore[no-untyped-def]
    """Log-mass of each target's interval; for a target without ties by the density at its score.

    Rows of `targets` and rows of `centre` are matched as arrays are broadcast.
    """
    score, low, high = targets[..., 0], targets[..., 1], targets[..., 2]
    scale = torch.exp(log_scale)
    tied = _is_tied(targets)
    # Where a branch is not taken its gradient must still be finite.
    low = torch.where(tied, (low - centre) / scale, torch.zeros_like(low))
    high = torch.where(tied, (high - centre) / scale, torch.ones_like(high))
    upper = low + high > 0
    low, high = torch.where(upper, -high, low), torch.where(upper, -low, high)
    mass = family(high)[0] - family(low)[0]
    at_score = family((score - centre) / scale)[1] - log_scale + math.log(2.0 * HALF_WIDTH)
    return torch.where(tied, mass.clamp_min(_LEAST_MASS).log(), at_score)


def _log_sigmoid(x: Tensor) -> Tensor:
    return nn.functional.logsigmoid(x)
