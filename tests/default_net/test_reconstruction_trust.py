"""The trust layer of rows without labels: what a value is, and how it is learnt."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from scipy.stats import spearmanr

from skdvgs._default_net.reconstruction_judge import ReconstructionJudge, View, weight_of_error
from skdvgs._default_net.reconstruction_trust import ReconstructionTrust

RNG = np.random.default_rng(0)
SCORE = torch.as_tensor(RNG.normal(size=50))


def layer(**given):
    return ReconstructionTrust(**{"slope": 1.7, "offset": 0.4, "share": 0.3, **given})


def gradients(module, score):
    """Of the loss of each row, by autograd, with respect to the trust parameter."""
    found = [torch.autograd.grad(-module.log_ratio(row), module.trust_logit)[0] for row in score]
    return torch.stack(found)


def test_the_gradient_on_the_trust_parameter_is_minus_the_value():
    module = layer()
    value = module.log_odds(SCORE).sigmoid().detach()
    np.testing.assert_allclose(-gradients(module, SCORE), value - 0.7, atol=1e-12)


def test_values_are_the_projection_on_the_target_gradient():
    """Target scores are standard normal, and m is a ratio of densities: its mean is 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights /= weights.sum()
    # The mean of exp(-(a f + b)) is 1.
    module = layer(slope=1.2, offset=1.2**2 / 2)
    np.testing.assert_allclose(
        weights @ module.log_ratio(torch.as_tensor(nodes)).exp().detach().numpy(), 1.0
    )
    target = float(weights @ gradients(module, torch.as_tensor(nodes)).numpy())
    assert target < -0.01
    projection = gradients(module, SCORE) * np.sign(target)
    value = module.log_odds(SCORE).sigmoid().detach()
    np.testing.assert_allclose(projection, value - 0.7, atol=1e-12)


def test_the_value_is_bayes_rule():
    tilt = 1.7 * SCORE.numpy() + 0.4
    expected = 0.7 / (0.7 + 0.3 * np.exp(-tilt))
    np.testing.assert_allclose(layer().log_odds(SCORE).sigmoid().detach(), expected, rtol=1e-12)
    np.testing.assert_allclose(layer().log_ratio(SCORE).exp().detach(), 0.7 / expected, rtol=1e-12)


def test_the_likelihood_is_that_of_which_rows_are_target_rows():
    is_target = torch.arange(50) < 10
    m = 0.7 + 0.3 * np.exp(-(1.7 * SCORE.numpy() + 0.4))
    chance = 10 / (10 + 40 * m)
    expected = np.where(is_target, np.log(chance), np.log1p(-chance))
    found = layer(source_per_target=4.0)(SCORE, is_target).detach()
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def evidence(n_source=400, n_target=100, share=0.3, shift=4.0, informative="error", seed=0):
    """Scores of which those of bad rows are lower, in two of four columns."""
    rng = np.random.default_rng(seed)
    found = rng.normal(size=(n_source + n_target, 4))
    bad = np.arange(len(found)) < share * n_source
    columns = [0, 1] if informative == "error" else [2, 3]
    found[np.ix_(bad, columns)] -= shift
    if informative == "error":
        found[bad, 2] -= 2.0
    else:
        found[np.ix_(bad, [0, 1])] += 1.0
    return found.astype(np.float32), np.arange(len(found)) >= n_source, bad


def train(made, is_target, **settings):
    return ReconstructionJudge.train(made, 50, is_target, settings)


@pytest.mark.parametrize("informative", ["error", "agreement"])
def test_target_rows_tell_which_score_to_believe_and_how_many_are_bad(informative):
    made, is_target, bad = evidence(informative=informative)
    judge = train(made, is_target)
    right = judge(made[:400]).right
    assert abs(judge.wrong_share - 0.3) < 0.05
    assert right[bad[:400]].max() < right[~bad[:400]].mean()
    assert np.mean((right < 0.5) == bad[:400]) > 0.97
    assert judge.views[0].weight == pytest.approx(float(informative == "error"), abs=0.05)


def test_training_finds_the_maximum():
    """Against SciPy on the loss written out."""
    made, is_target, _ = evidence()
    judge = train(made, is_target, max_epochs=8)
    number = (made.astype(np.float64) - judge.centre) / judge.spread
    number = np.clip(number, -8, 8)[:, :2].mean(axis=1)

    def loss(p):
        log_slope, offset, tau = p
        share = 1 / (1 + np.exp(tau))
        m = 1 - share + share * np.exp(-(np.exp(log_slope) * number + offset))
        chance = 100 / (100 + 400 * m)
        prior = log_slope**2 / 2 + offset**2 / 18 - 0.5 * np.log(share) - 3 * np.log(1 - share)
        return prior - np.log(np.where(is_target, chance, 1 - chance)).sum()

    best = minimize(loss, [0.0, 0.0, 1.0], method="BFGS")
    found = judge.views[0].states[-1]
    np.testing.assert_allclose(
        [float(found[name]) for name in ("log_slope", "offset", "trust_logit")], best.x, atol=0.01
    )


@pytest.mark.parametrize("n_target", [3, 20, 100])
def test_target_rows_like_the_others_make_none_bad(n_target):
    for seed in range(5):
        made, is_target, _ = evidence(n_target=n_target, share=0.0, seed=seed)
        judge = train(made, is_target)
        assert judge.wrong_share < 0.05
        assert judge(made).right.min() > 0.5


def test_without_a_target_set_only_gross_outliers_are_bad():
    made, is_target, bad = evidence(n_target=0, share=0.05, shift=8.0)
    judge = train(made, is_target)
    np.testing.assert_array_equal(judge(made).right < 0.5, bad)
    assert abs(judge.wrong_share - 0.05) < 0.02
    made, is_target, _ = evidence(n_target=0, share=0.0)
    assert train(made, is_target).wrong_share < 0.01


def test_the_fence_is_two_ranges_below_the_lower_quartile():
    made, is_target, _ = evidence(n_target=0, share=0.0, shift=0.0)
    judge = ReconstructionJudge.train(made, 5, is_target, {})  # few columns: the error alone
    error = ((made - judge.centre) / judge.spread)[:, :2].mean(axis=1)
    low, high = np.quantile(error, [0.25, 0.75])
    at_fence = judge.centre + judge.spread * (low - 2 * (high - low))
    assert judge(at_fence[None].astype(np.float32)).right[0] == pytest.approx(0.5, abs=1e-4)
    np.testing.assert_array_equal(np.argsort(judge(made).right), np.argsort(error))


def test_the_weight_of_the_error():
    rng = np.random.default_rng(0)
    correlation = rng.normal(size=300)
    noisy = correlation + 6.0 * rng.normal(size=300)
    rho = spearmanr(correlation, noisy).statistic
    assert 0 < rho < 0.25
    assert weight_of_error(correlation, noisy) == pytest.approx(4 * rho)
    assert weight_of_error(correlation, correlation) == 1.0
    assert weight_of_error(correlation, -correlation) == 0.0
    assert weight_of_error(np.zeros(300), correlation) == 1.0


def test_log_odds_are_means_over_checkpoints():
    states = [layer().state_dict(), layer(offset=1.4).state_dict()]
    scores = RNG.normal(size=(6, 4))
    pool = np.array([0.5, 0.5, 0.0, 0.0])
    number = torch.as_tensor(scores @ pool)
    expected = (layer().log_odds(number) + 0.5).detach()
    np.testing.assert_allclose(View(pool, states, 1.0).log_odds(scores), expected)
