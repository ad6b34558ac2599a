"""The trust layer of numbers: densities by numerical integration, gradients, and shares found."""

import numpy as np
import pytest
import torch
from scipy.stats import cauchy, logistic, norm
from sklearn.metrics import roc_auc_score

from skdvgs._default_net.number_judge import NumberJudge
from skdvgs._default_net.number_trust import NumberTrust, target_columns
from skdvgs._default_net.target_scale import HALF_WIDTH, ScoredTargets, TargetScale

N, B = 30, 3
RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(N, B))
FEATURES = RNG.normal(size=(N, 3))


def made(rich, ties=None):
    module = NumberTrust(B, 3, rich, 0.6, np.empty((0, 5)) if ties is None else ties)
    with torch.no_grad():
        module.scale_weights.copy_(torch.tensor([0.2, -0.1, 0.05]))
        module.bias.fill_(0.1)
        module.log_added.fill_(0.3)
    return module


def tensors(*arrays):
    return [torch.as_tensor(array) for array in arrays]


@pytest.mark.parametrize("rich", [False, True])
@pytest.mark.parametrize("tied", [False, True])
def test_densities_are_those_of_scipy(rich, tied):
    score = RNG.normal(size=N)
    half = 0.4 if tied else HALF_WIDTH
    targets = ScoredTargets(score, score - half, score + half)
    module = made(rich)
    right, wrong = (
        part.detach().exp().numpy()
        for part in module.densities(*tensors(SCORES, FEATURES, target_columns(targets)))
    )
    centre = SCORES.mean(axis=1) + 0.1
    scale = 0.6 * np.exp(FEATURES @ [0.2, -0.1, 0.05])

    def mass(cdf):
        return cdf(score + half) - cdf(score - half)

    if rich:
        p = 1 / (1 + np.exp(2.2))
        narrow, wide = (norm(centre, scale * k).cdf for k in (1.0, 2.5))
        expected = (1 - p) * mass(narrow) + p * mass(wide)
        added = norm(centre, np.hypot(scale, np.exp(0.3))).cdf
        ways = [mass(norm.cdf), mass(cauchy(0, 3).cdf), mass(added)]
    else:
        expected = mass(logistic(centre, scale / 1.7).cdf)
        ways = [mass(norm.cdf), mass(cauchy(0, 3).cdf)]
    if tied:  # of what is drawn, the right target itself is left out
        ways = [way * np.maximum(1 - expected / (1 - way), 1e-6) for way in ways]
    # An interval without ties is narrow enough for the density in its middle.
    np.testing.assert_allclose(right, expected, rtol=1e-5)
    np.testing.assert_allclose(wrong, np.mean(ways, axis=0), rtol=1e-5)


@pytest.mark.parametrize("rich", [False, True])
def test_a_wrong_target_is_another_one_than_the_right_one(rich):
    """By a sum over all pairs of six grades, one row and one way after the other."""
    ends = np.array([-np.inf, -1.2, -0.5, 0.1, 0.8, 1.5, np.inf])
    middles = np.array([-1.7, -0.8, -0.2, 0.4, 1.1, 2.0])
    grades = ScoredTargets(middles, ends[:-1], ends[1:])
    columns = target_columns(grades)
    module = made(rich, columns)
    centre = SCORES.mean(axis=1) + 0.1
    scale = 0.6 * np.exp(FEATURES @ [0.2, -0.1, 0.05])
    for row in range(N):
        inputs = tensors(*(np.repeat(part[row : row + 1], 6, 0) for part in (SCORES, FEATURES)))
        right, wrong = (
            part.detach().exp().numpy()
            for part in module.densities(*inputs, torch.as_tensor(columns))
        )
        np.testing.assert_allclose(right.sum(), 1.0)
        added = norm(centre[row], np.hypot(scale[row], np.exp(0.3)))
        ways = [norm, cauchy(0, 3), *([added] if rich else [])]
        expected = np.zeros(6)
        for way in ways:
            m = np.diff(way.cdf(ends))
            for truth in range(6):
                for given in range(6):
                    if given != truth:
                        expected[given] += right[truth] * m[given] / (1 - m[truth]) / len(ways)
        np.testing.assert_allclose(expected.sum(), 1.0)
        np.testing.assert_allclose(wrong, expected, rtol=1e-5)


@pytest.mark.parametrize("error", ["replaced", "added"])
def test_errors_among_many_zeros_are_found(error):
    """Two in three right targets are zero; no residual knows that a zero is seldom wrong."""
    rng = np.random.default_rng(0)
    n = 1500
    score = rng.normal(size=n)
    y = np.where(score > 0.4, np.exp(score), 0.0)
    wrong = rng.random(n) < 0.2
    if error == "replaced":
        given = np.where(wrong, y[rng.permutation(n)], y)
    else:
        given = np.where(wrong, y + rng.normal(size=n), y)
    wrong = given != y
    scores = score[:, None] + 0.3 * rng.normal(size=(n, B))
    evidence = np.concatenate([scores, 0.1 * rng.normal(size=(n, 3))], axis=1)
    judge = trained(evidence, given, np.zeros(n, bool))
    residual = np.abs(TargetScale().fit(given).transform(given).score - scores.mean(axis=1))
    value = judge(evidence, given).right
    assert roc_auc_score(wrong, -value) > roc_auc_score(wrong, residual) + 0.08
    assert abs(judge.wrong_share - wrong.mean()) < 0.04


@pytest.mark.parametrize("rich", [False, True])
def test_the_gradient_on_the_trust_parameter_is_minus_the_value(rich):
    targets = target_columns(ScoredTargets(SCORES[:, 0], SCORES[:, 0] - 1e-3, SCORES[:, 0] + 1e-3))
    module = made(rich)
    right, wrong = module.densities(*tensors(SCORES, FEATURES, targets))
    log_wrong = torch.logsumexp(module.wrong_logits, 0)
    tau = torch.zeros(N, dtype=torch.float64, requires_grad=True)
    log_right_share = torch.nn.functional.logsigmoid(tau - log_wrong)
    log_wrong_share = torch.nn.functional.logsigmoid(log_wrong - tau)
    loss = -torch.logaddexp(log_right_share + right, log_wrong_share + wrong).sum()
    (gradient,) = torch.autograd.grad(loss, tau)
    share = log_wrong.exp() / (1 + log_wrong.exp())
    value = 1 / (1 + (wrong - right + torch.logit(share)).exp())
    np.testing.assert_allclose(gradient, (1 - share - value).detach(), atol=1e-12)


def table(rate, n=1500, seed=0, n_target=0, error="replaced"):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    scores = truth[:, None] + 0.3 * rng.normal(size=(n, B))
    wrong = rng.random(n) < rate
    wrong[n - n_target :] = False
    y = truth.copy()
    if error == "replaced":
        y[wrong] = rng.permutation(truth)[: wrong.sum()]
    else:
        y[wrong] = 10 * (y[wrong] + 3)
    evidence = np.concatenate([scores, rng.normal(size=(n, 3)) * 0.1], axis=1)
    return evidence, np.exp(y), wrong, np.arange(n) >= n - n_target


def trained(evidence, y, is_target):
    return NumberJudge.train(evidence, y, TargetScale().fit(y), is_target, {})


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("n_target", [0, 400])
def test_shares_are_found(rate, n_target):
    evidence, y, wrong, is_target = table(rate, n_target=n_target)
    judge = trained(evidence, y, is_target)
    source = ~is_target
    assert abs(judge.wrong_share - wrong[source].mean()) < 0.05
    value = judge(evidence, y).right
    assert (value >= 0).all()
    assert (value <= 1).all()
    if rate:
        assert value[wrong].mean() < 0.35 < 0.85 < value[source & ~wrong].mean()
    if n_target:
        assert judge.target_trust > 0.97


def test_gross_errors_are_wrong():
    evidence, y, wrong, is_target = table(0.03, error="gross")
    value = trained(evidence, y, is_target)(evidence, y).right
    assert (value[wrong] < 0.5).mean() > 0.9
    assert (value[~wrong] < 0.5).mean() < 0.02


def test_wrong_target_rows_are_counted():
    evidence, y, _, is_target = table(0.2, n_target=500)
    rng = np.random.default_rng(1)
    bad = np.flatnonzero(is_target)[:100]
    y[bad] = rng.permutation(y)[:100]
    judge = trained(evidence, y, is_target)
    assert 0.7 < judge.target_trust < 0.92
    of_target = judge(evidence[is_target], y[is_target], is_target=True).right
    assert of_target[:100].mean() < 0.5 < 0.8 < of_target[100:].mean()


def test_predictions_come_back_in_units_of_the_targets():
    evidence, y, wrong, is_target = table(0.1)
    found = trained(evidence, y, is_target).predict(evidence)
    assert np.corrcoef(np.log(found[~wrong]), np.log(y[~wrong]))[0, 1] > 0.95
