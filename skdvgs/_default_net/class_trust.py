"""ClassTrust: the default network for classes: a pool of scorers under a layer of label noise.

A row's true class k has probability p_k(x). A log-linear pool makes it of the scorers' log-odds s:

    p(x) = softmax(Σ_b w_b s_b(x) + c)

The label that was given is j with probability T_kj if the true class is k ("noise adaptation
layer", Goldberger and Ben-Reuven 2017). Target rows have a noise layer of their own: one rate for
all classes.

**What a value is.** Let τ shift the log-odds of every T_kk, the probabilities that labels are
right. The gradient of a row's loss -log Σ_k p_k T_ky with respect to τ is t - r. Here r is the
probability that the row's label is right, given its features and its label,

    r = p_y T_yy / Σ_k p_k T_ky,

and t is the mean of T_kk over the row's possible true classes. The target gradient on τ is
negative, since target rows are right. So the similarity of the two gradients is r - t: rows that
pull trust up have high values. The value is r, in [0, 1].

**Hesitation.** People err most on rows that could be of several classes. Such errors leave no trace
in T, since a row that is uncertain by nature looks the same. So T is trained without them. A value
then uses T_ky + h_ky(x) in place of T_ky, where h_ky(x) is the chance that somebody who hesitates
between k and y takes the wrong one. See :meth:`ClassTrust.of_given`.
"""

from __future__ import annotations

import torch
from scipy.special import gammaln
from torch import Tensor, nn

from skdvgs._utils.types import Floats

# Pseudo-rows: what it costs to move biases from 0, and the sum of the weights from 1.
_BIAS, _SCALE = 2.0, 1.0
# And to move weights from equal ones: with few rows, fitted weights follow chance.
_EQUAL, _EQUAL_ROWS = 1.0, 3000.0
# Beta priors of the share of wrong labels, in pseudo-rows (wrong, right).
_SOURCE_PRIOR, _TARGET_PRIOR = (1.0, 19.0), (1.0, 3.0)
# Pseudo-rows that pull each row of T to the common rate. Flips by class are seen with few, even
# flips want many. The first rounds hold one that lets both be seen.
_STRENGTHS, _FIRST_STRENGTH = (3.0, 10.0, 30.0, 100.0), 3.0
_EM_STEPS = 8
# Share of wrong labels before training, of source and target rows alike: from a smaller one,
# training may end where no label is wrong and all are uncertain.
_FIRST_RATE = 0.15
# Chance of a wrong label where one hesitates between two classes. The rate of T is taken off, as
# those errors have been found. A larger chance finds more errors of people, but also drops more
# right labels that are uncertain by nature.
_HESITATION = 0.25
# A label is given in hesitation less often if its class is that many times rarer than the other.
_RARE = 3.0
_LEAST_REST = 1e-12


class ClassTrust(nn.Module):
    """A log-linear pool and a noise layer.

    Parameters
    ----------
    n_scorers, n_classes : int
        Sizes of the scores.
    n_rows : int
        Rows of training: the fewer, the more the weights are drawn to equal ones.
    n_given : int
        How many of the scorers, the last ones, are the user's own. Their weights are drawn to
        no others: they may know far more than ours, or far less.
    hesitates : bool
        Whether values allow for hesitation; for one of several labels they do not, as the doubts of
        all labels would add up.

    Attributes
    ----------
    root_weights : Parameter of shape (n_scorers,)
        Square roots of the scorers' weights, which so are never negative.
    biases : Parameter of shape (n_classes,)
        One for each class.
    transitions : Tensor of shape (n_classes, n_classes)
        T: the probability of each given label (column) for each true class (row).
    rate, target_rate : Tensor
        Share of wrong labels among source and target rows.
    sizes : Tensor of shape (n_classes,)
        Share of source rows that have each label.
    """

    def __init__(
        self,
        n_scorers: int,
        n_classes: int,
        n_rows: int = 1000,
        n_given: int = 0,
        hesitates: bool = True,
    ) -> None:
        super().__init__()
        self._hesitation = _HESITATION if hesitates else 0.0
        self._n_ours = n_scorers - n_given
        self._equal = _EQUAL + _EQUAL_ROWS / n_rows
        equal = torch.full((n_scorers,), (1.0 / n_scorers) ** 0.5, dtype=torch.float64)
        self.root_weights = nn.Parameter(equal)
        self.biases = nn.Parameter(torch.zeros(n_classes, dtype=torch.float64))
        self.rate: Tensor
        self.target_rate: Tensor
        self.strength: Tensor
        self.transitions: Tensor
        for name, value in (
            ("rate", _FIRST_RATE),
            ("target_rate", _FIRST_RATE),
            ("strength", _FIRST_STRENGTH),
        ):
            self.register_buffer(name, torch.tensor(value, dtype=torch.float64))
        self.register_buffer("transitions", even_transitions(n_classes, _FIRST_RATE))
        self.sizes: Tensor
        even = torch.full((n_classes,), 1.0 / n_classes, dtype=torch.float64)
        self.register_buffer("sizes", even)

    def target_transitions(self) -> Tensor:
        """T of the target rows: one rate for all classes."""
        return even_transitions(len(self.biases), self.target_rate)

    @property
    def weights(self) -> Tensor:
        """Weights of the scorers, at least 0, shape (n_scorers,)."""
        return self.root_weights**2

    def forward(self, scores: Tensor, is_target: Tensor) -> Tensor:
        """Log-probabilities of the labels that are given, shape (n_samples, n_classes).

        Parameters
        ----------
        scores : Tensor of shape (n_samples, n_scorers, n_classes)
            Log-odds of each scorer.
        is_target : bool Tensor of shape (n_samples,)
            Whether the row is of the target set.
        """
        clean = self.clean(scores)
        given = torch.where(
            is_target[:, None], clean @ self.target_transitions(), clean @ self.transitions
        )
        return given.clamp_min(1e-300).log()

    def clean(self, scores: Tensor) -> Tensor:
        """Probabilities of the true classes, p(x), shape (n_samples, n_classes)."""
        logits = torch.einsum("b,nbk->nk", self.weights, scores) + self.biases
        return logits.softmax(dim=1)

    def of_given(self, clean: Tensor, labels: Tensor) -> Tensor:
        """Probability of the given label for each true class, with hesitation.

        It is T_ky, and for k ≠ y in addition

            h_ky(x) = (0.25 - rate)₊ (p_y / (1 - p_k))^½ b_ky,

        since people take k for a class that is likely there. b_ky is 1, but (3 ρ)³ if y has less
        than a third of the rows of k, ρ being the ratio of both. Without it a rare class near a
        large one would lose its rows.

        Parameters
        ----------
        clean : Tensor of shape (n_samples, n_classes)
            Probabilities of the true classes, p(x).
        labels : int Tensor of shape (n_samples,)
            The given labels, y.

        Returns
        -------
        Tensor of shape (n_samples, n_classes)
            Its rows need not sum to 1.
        """
        likely = clean.gather(1, labels[:, None]) / (1.0 - clean).clamp_min(_LEAST_REST)
        return self.transitions[:, labels].T + likely.sqrt() * self._hesitations()[:, labels].T

    def right_under_each_label(self, clean: Tensor) -> Tensor:
        """Probability that each label would be right if it were given, (n_samples, n_classes)."""
        hesitant = (clean / (1.0 - clean).clamp_min(_LEAST_REST).sqrt()) @ self._hesitations()
        given = clean @ self.transitions + clean.sqrt() * hesitant
        return clean * self.transitions.diagonal() / given.clamp_min(1e-300)

    def _hesitations(self) -> Tensor:
        """(0.25 - rate)₊ b_ky, 0 on the diagonal, shape (n_classes, n_classes)."""
        ratio = self.sizes / self.sizes.clamp_min(1e-12)[:, None]
        balance = (_RARE * ratio).clamp_max(1.0) ** 3
        return (self._hesitation - self.rate).clamp_min(0.0) * balance.fill_diagonal_(0.0)

    def penalty(self) -> Tensor:
        """Minus the log-prior of weights and biases.

        Weights of our scorers are pulled to equal ones: fitted to few rows, they follow the
        tendency of scores that leave a row out to lean against its label.
        """
        weights = self.weights
        ours, total = weights[: self._n_ours], weights.sum().clamp_min(1e-3)
        unequal = ((ours - ours.sum() / max(len(ours), 1)) ** 2).sum()
        return (
            self._equal / 2.0 * len(ours) * unequal
            + _BIAS / 2.0 * (self.biases**2).sum()
            + _SCALE / 2.0 * total.log() ** 2
        )

    @torch.no_grad()
    def update_noise(
        self, scores: Tensor, labels: Tensor, is_target: Tensor, choose_strength: bool
    ) -> None:
        """Fit the noise layers to all rows, by expectation maximisation at fixed p(x).

        Parameters
        ----------
        scores : Tensor of shape (n_samples, n_scorers, n_classes)
            Log-odds of each scorer.
        labels : int Tensor of shape (n_samples,)
            The given labels.
        is_target : bool Tensor of shape (n_samples,)
            Whether the row is of the target set.
        choose_strength : bool
            Whether to choose how strongly the rows of T are pulled to the common rate: by the
            Dirichlet-multinomial evidence of the counts.
        """
        clean = self.clean(scores)
        source, given = clean[~is_target], labels[~is_target]
        n_classes = clean.shape[1]
        self.sizes.copy_(torch.bincount(given, minlength=n_classes) / max(len(given), 1))
        for _ in range(_EM_STEPS):
            counts = self._counts(source, given)
            wrong = counts.sum() - counts.trace()
            self.rate.copy_(_posterior_mean(wrong, counts.sum(), _SOURCE_PRIOR))
            counts = counts + self.strength * even_transitions(n_classes, self.rate)
            self.transitions.copy_(counts / counts.sum(dim=1, keepdim=True))
        if choose_strength:
            found = self._counts(source, given).numpy()
            rate = float(self.rate)
            best = max(_STRENGTHS, key=lambda s: log_evidence(found, rate, s))
            self.strength.fill_(best)
        if bool(is_target.any()):
            right = trust_of(clean[is_target], self.target_transitions(), labels[is_target])
            n = torch.tensor(float(len(right)), dtype=torch.float64)
            self.target_rate.copy_(_posterior_mean((1.0 - right).sum(), n, _TARGET_PRIOR))

    def _counts(self, clean: Tensor, labels: Tensor) -> Tensor:
        """Expected number of rows of each true class (row) with each given label (column)."""
        posterior = class_posterior(clean, self.transitions[:, labels].T)
        counts = torch.zeros_like(self.transitions)
        return counts.index_add_(0, labels, posterior).T


def even_transitions(n_classes: int, rate: float | Tensor) -> Tensor:
    """T with one rate of wrong labels, spread evenly over the other classes."""
    eye = torch.eye(n_classes, dtype=torch.float64)
    return (1.0 - rate) * eye + rate / (n_classes - 1) * (1.0 - eye)


def class_posterior(clean: Tensor, of_given: Tensor) -> Tensor:
    """Probability of each true class, given the features and the given label.

    Parameters
    ----------
    clean : Tensor of shape (n_samples, n_classes)
        Probabilities of the true classes, p(x).
    of_given : Tensor of shape (n_samples, n_classes)
        Probability of the given label for each true class.
    """
    joint = clean * of_given
    return joint / joint.sum(dim=1, keepdim=True).clamp_min(1e-300)


def trust_of(clean: Tensor, transitions: Tensor, labels: Tensor) -> Tensor:
    """r: the probability that the given label is right by T alone, in [0, 1], (n_samples,)."""
    posterior = class_posterior(clean, transitions[:, labels].T)
    return posterior.gather(1, labels[:, None])[:, 0]


def log_evidence(counts: Floats, rate: float, strength: float) -> float:
    """Log-probability of counts whose rows are Dirichlet-multinomial around the even rate."""
    prior = strength * even_transitions(len(counts), rate).numpy()
    of_rows = gammaln(strength) - gammaln(strength + counts.sum(axis=1))
    return float((of_rows + (gammaln(prior + counts) - gammaln(prior)).sum(axis=1)).sum())


def _posterior_mean(count: Tensor, total: Tensor, prior: tuple[float, float]) -> Tensor:
    return (count + prior[0]) / (total + sum(prior))
