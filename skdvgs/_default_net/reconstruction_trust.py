"""ReconstructionTrust: the trust layer of the default network for rows without labels.

Scorers say of each row how well it is reconstructed by others; f is one number made of that, high
for rows that are. A source row is as the trusted ones with probability 1 - π. Otherwise it is bad,
and bad rows are the more frequent, the lower f is:

    p_bad(f) = p_trusted(f) exp(-(a f + b)) with a > 0

So the density of source rows is p_trusted(f) m(f) with ``m(f) = 1 - π + π exp(-(a f + b))``.
With a target set, a, b and π are learnt from which rows are target rows: of n_T target and n_S
source rows, one with f is a target row with probability ``n_T / (n_T + n_S m(f))``. This is
classification with positive and unlabelled rows (Ward et al. 2009, "Presence-only data and the EM
algorithm"): the share of bad source rows need not be known.

**What a value is.** Let τ be the log-odds of 1 - π, the probability that a source row is as the
trusted ones. The loss of a row is minus its log-density among source rows, -log p_trusted(f) -
log m(f). Its gradient with respect to τ is (1 - π) - r, with

    r = (1 - π) / m(f),

the probability that the row is as the trusted ones. The target gradient is the mean of this over
target rows. It is never positive where m is a ratio of densities: then the mean of m over target
rows is 1, and so that of 1 / m is at least 1 (Jensen). So the similarity of the two gradients,
the projection of one on the other, is r - (1 - π): rows that pull trust up have high values. The
value is r, in [0, 1].

Without a target set a, b and π are set by a rule; see ``reconstruction_judge.py``.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, softplus

# Priors: log a is standard normal, b normal with a standard deviation of 3, π of a beta
# distribution that prefers few bad rows.
_OFFSET_SPREAD = 3.0
_BAD_PRIOR, _GOOD_PRIOR = 0.5, 3.0


class ReconstructionTrust(nn.Module):
    """How much more frequent a number is among source rows than among trusted ones.

    Parameters
    ----------
    source_per_target : float
        Source rows for each target row.
    slope, offset, share : float
        Numbers a, b and π before training.

    Attributes
    ----------
    log_slope, offset, trust_logit : Parameters, scalars
        log a, b, and τ, the log-odds of 1 - π.
    """

    def __init__(
        self,
        source_per_target: float = 1.0,
        slope: float = 1.0,
        offset: float = 0.0,
        share: float = 0.2,
    ) -> None:
        super().__init__()
        self._log_rows = math.log(source_per_target)
        starts = {
            "log_slope": math.log(slope),
            "offset": offset,
            "trust_logit": math.log1p(-share) - math.log(share),
        }
        self.log_slope: nn.Parameter
        self.offset: nn.Parameter
        self.trust_logit: nn.Parameter
        for name, start in starts.items():
            value = torch.tensor(start, dtype=torch.float64)
            self.register_parameter(name, nn.Parameter(value))

    def forward(self, score: Tensor, is_target: Tensor) -> Tensor:
        """Log-probability that a row is of the set which it is of, shape (n_samples,).

        Parameters
        ----------
        score : Tensor of shape (n_samples,)
            Number f of each row.
        is_target : bool Tensor of shape (n_samples,)
            Whether the row is of the target set.
        """
        source_log_odds = self._log_rows + self.log_ratio(score)
        return logsigmoid(torch.where(is_target, -source_log_odds, source_log_odds))

    def log_ratio(self, score: Tensor) -> Tensor:
        """log m: log-density among source rows, less that among trusted ones."""
        return torch.logaddexp(
            logsigmoid(self.trust_logit), logsigmoid(-self.trust_logit) - self._tilt(score)
        )

    def log_odds(self, score: Tensor) -> Tensor:
        """Log-odds of r: that a source row is as the trusted ones."""
        return self.trust_logit + self._tilt(score)

    def penalty(self) -> Tensor:
        """Minus the log-prior of a, b and π."""
        return (
            self.log_slope**2 / 2.0
            + self.offset**2 / (2.0 * _OFFSET_SPREAD**2)
            + _BAD_PRIOR * softplus(self.trust_logit)
            + _GOOD_PRIOR * softplus(-self.trust_logit)
        )

    def _tilt(self, score: Tensor) -> Tensor:
        return self.log_slope.exp() * score + self.offset
