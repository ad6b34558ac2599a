"""The noise layer of classes: what a value is, and the fit against slow implementations."""

import numpy as np
import pytest
import torch
from scipy.stats import dirichlet_multinomial
from torch.func import grad, vmap

from skdvgs import DVGSValuer
from skdvgs._default_net.class_judge import ClassJudge
from skdvgs._default_net.class_trust import (
    ClassTrust,
    class_posterior,
    even_transitions,
    log_evidence,
    trust_of,
)
from skdvgs._default_net.self_test import right_under_each_label

K, B, N = 3, 2, 40
RNG = np.random.default_rng(0)
SCORES = torch.as_tensor(RNG.normal(size=(N, B, K)))
LABELS = torch.as_tensor(RNG.integers(0, K, N))
IS_TARGET = torch.arange(N) >= 30
T = torch.as_tensor(RNG.dirichlet(np.ones(K), size=K) * 0.3) + 0.7 * torch.eye(K).double()


def module():
    made = ClassTrust(B, K, N)
    made.transitions.copy_(T)
    with torch.no_grad():
        made.biases.copy_(torch.tensor([0.1, -0.2, 0.3]))
    return made


def test_the_gradient_on_the_trust_parameter_is_minus_the_value():
    """By autograd, row by row: shift the log-odds of every T_kk by tau."""
    clean = module().clean(SCORES).detach()
    diagonal = T.diagonal()

    def loss(tau, p, label):
        right = torch.sigmoid(torch.logit(diagonal) + tau)
        # The other entries of a row keep their shares of what is left.
        scale = (1 - right) / (1 - diagonal)
        shifted = T * scale[:, None] * (1 - torch.eye(K)) + torch.diag(right)
        return -(p @ shifted)[label].log()

    tau = torch.zeros((), dtype=torch.float64)
    one_hot = torch.eye(K).double()[LABELS]
    gradient = vmap(
        grad(lambda t, p, y: (torch.stack([loss(t, p, k) for k in range(K)]) * y).sum()),
        in_dims=(None, 0, 0),
    )(tau, clean, one_hot)
    posterior = class_posterior(clean, T[:, LABELS].T)
    value, mean_trust = trust_of(clean, T, LABELS), posterior @ diagonal
    np.testing.assert_allclose(-gradient, value - mean_trust, atol=1e-12)


def test_posterior_is_bayes_rule():
    clean = module().clean(SCORES).detach().numpy()
    for row in range(5):
        joint = [clean[row, k] * T[k, LABELS[row]].item() for k in range(K)]
        expected = np.array(joint) / np.sum(joint)
        found = class_posterior(torch.as_tensor(clean), T[:, LABELS].T)[row]
        np.testing.assert_allclose(found, expected, atol=1e-12)


def slow_judgement(p, noise, label, sizes, hesitation):
    """Posterior of one row, class by class."""
    joint = []
    for k in range(len(p)):
        of_given = noise[k][label]
        if k != label:
            balance = min(3 * sizes[label] / sizes[k], 1.0) ** 3
            of_given += hesitation * min(p[label] / (1 - p[k]), 1.0) ** 0.5 * balance
        joint.append(p[k] * of_given)
    return np.array(joint) / sum(joint)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.25, 0.4])
@pytest.mark.parametrize("hesitates", [True, False])
def test_hesitation_by_a_slow_implementation(rate, hesitates):
    """It ends where a quarter of the labels is known to be wrong; a rare label is asked less."""
    labels = torch.as_tensor([0] * 30 + [1] * 8 + [2] * 2)
    sizes = np.array([30, 8, 2]) / N
    trust = module()
    trust.sizes.copy_(torch.as_tensor(sizes))
    trust.rate.fill_(rate)
    judge = ClassJudge(B, K, hesitates, [trust.state_dict()], [], None)
    found = judge(SCORES.numpy(), labels.numpy())
    clean = trust.clean(SCORES).detach().numpy()
    hesitation = {0.0: 0.25, 0.1: 0.15}.get(rate, 0.0) if hesitates else 0.0
    for row in range(N):
        expected = slow_judgement(clean[row], T.numpy(), labels[row], sizes, hesitation)
        np.testing.assert_allclose(found.posterior[row], expected, atol=1e-12)
        assert found.right[row] == pytest.approx(expected[labels[row]], abs=1e-12)
    each = right_under_each_label(judge, SCORES.numpy())
    for label in range(K):
        expected = judge(SCORES.numpy(), np.full(N, label)).right
        np.testing.assert_allclose(each[:, label], expected, atol=1e-12)
    of_target = judge(SCORES.numpy(), labels.numpy(), is_target=True)
    expected = class_posterior(torch.as_tensor(clean), trust.target_transitions()[:, labels].T)
    np.testing.assert_allclose(of_target.posterior, expected, atol=1e-12)


def uncertain(n=2000, spread=3.0, seed=0):
    """Scores of two classes that know how likely each is, labels drawn of them, and the chances."""
    rng = np.random.default_rng(seed)
    log_odds = spread * rng.normal(size=n)
    chance = 1.0 / (1.0 + np.exp(-log_odds))
    labels = (rng.random(n) < chance).astype(int)
    scores = np.stack([-log_odds, log_odds], axis=1)[:, None].repeat(B, axis=1) / 2.0
    return scores, labels, chance


@pytest.mark.parametrize("hesitates", [True, False])
def test_errors_of_people_who_hesitate_are_found(hesitates):
    """The true class is the likelier one; where it is not far from the other, half are wrong."""
    scores, labels, chance = uncertain()
    truth = (chance > 0.5).astype(int)
    wrong = labels != truth
    assert 0.1 < wrong.mean() < 0.2
    is_target = np.zeros(len(labels), bool)
    judge = ClassJudge.train(scores, labels, is_target, {}, hesitates=hesitates)
    low = judge(scores, labels).right < 0.5
    # By what the labels say, they may as well be uncertain by nature: so is the estimated share.
    assert judge.wrong_share < 0.06
    assert wrong[low].all()
    found = low[wrong].mean()
    assert found > 0.3 if hesitates else found < 0.1


def test_doubts_of_several_labels_do_not_add_up():
    """Ten labels that are uncertain by nature: hardly a row has a wrong one."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 5))
    chances = 1.0 / (1.0 + np.exp(-3.0 * X @ rng.normal(size=(5, 10))))
    Y = (rng.random(chances.shape) < chances).astype(int)
    valuer = DVGSValuer(n_restarts=1, random_state=0).fit(X, Y)
    assert (valuer.values_ < 0.5).mean() < 0.15


def test_labels_that_are_uncertain_everywhere_are_kept():
    """39 % of the labels are not the likeliest; at most 4 % are so unlikely that they go."""
    dropped = []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(1000, 5))
        chance = 1.0 / (1.0 + np.exp(-0.6 * X[:, 0]))
        assert 0.36 < np.minimum(chance, 1 - chance).mean() < 0.42
        y = (rng.random(1000) < chance).astype(int)
        dropped.append((DVGSValuer(n_restarts=1, random_state=0).fit(X, y).values_ < 0.5).mean())
    assert np.mean(dropped) < 0.04


def test_forward_is_the_probability_of_each_given_label():
    made = module()
    found = made(SCORES, IS_TARGET).detach().exp().numpy()
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    clean = made.clean(SCORES).detach().numpy()
    logits = np.einsum("b,nbk->nk", np.full(B, 1 / B), SCORES) + np.array([0.1, -0.2, 0.3])
    np.testing.assert_allclose(clean, np.exp(logits) / np.exp(logits).sum(1, keepdims=True))
    np.testing.assert_allclose(found[:30], clean[:30] @ T.numpy(), atol=1e-12)
    even = np.full((K, K), 0.075) + np.eye(K) * (0.85 - 0.075)
    np.testing.assert_allclose(found[30:], clean[30:] @ even, atol=1e-12)


@pytest.mark.parametrize("n_classes", [2, 5])
def test_evidence_is_dirichlet_multinomial(n_classes):
    counts = np.random.default_rng(1).integers(0, 30, size=(n_classes, n_classes))
    strengths = [3.0, 30.0]
    found = [log_evidence(counts.astype(float), 0.2, s) for s in strengths]
    even = even_transitions(n_classes, 0.2).numpy()
    expected = []
    for s in strengths:
        # scipy counts the orders of the draws too, which is the same for every strength.
        parts = [
            dirichlet_multinomial.logpmf(c, s * e, c.sum())
            for c, e in zip(counts, even, strict=True)
        ]
        expected.append(sum(parts))
    np.testing.assert_allclose(np.diff(found), np.diff(expected))


def flipped(rate, by_class, n=1500, seed=0, n_target=0):
    """Scores that know the class well, and labels with errors; target rows have none."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, K, n)
    scores = rng.normal(size=(n, B, K)) + 1.8 * np.eye(K)[truth][:, None]
    scores -= scores.mean(axis=2, keepdims=True)
    wrong = rng.random(n) < (np.where(truth == 0, 3 * rate, 0.0) if by_class else rate)
    wrong[n - n_target :] = False
    step = np.ones(n, int) if by_class else rng.integers(1, K, n)
    labels = np.where(wrong, (truth + step) % K, truth)
    return scores, labels, wrong, np.arange(n) >= n - n_target


@pytest.mark.parametrize("by_class", [False, True])
@pytest.mark.parametrize("n_target", [0, 300])
def test_shares_and_transitions_are_found(by_class, n_target):
    scores, labels, wrong, is_target = flipped(0.2, by_class, n_target=n_target)
    judge = ClassJudge.train(scores, labels, is_target, {}, hesitates=False)
    assert abs(judge.wrong_share - wrong[~is_target].mean()) < 0.03
    if by_class:
        assert judge.net.module_.transitions[0, 1] > 0.45
        assert judge.net.module_.transitions[1, 0] < 0.05
    if n_target:
        assert judge.target_trust > 0.97
    value = judge(scores, labels).right
    assert value[wrong].mean() < 0.4 < 0.8 < value[~wrong].mean()
    # A probability: of the rows near 0.5 about half are wrong.
    middle = (value > 0.3) & (value < 0.7)
    assert abs(wrong[middle].mean() - 0.5) < 0.15


def test_training_ends_where_a_slow_optimiser_does():
    """Plain gradient descent with the same expectation steps, in many more rounds."""
    scores, labels, _, is_target = flipped(0.2, False, n=300, n_target=60)
    judge = ClassJudge.train(scores, labels, is_target, {})
    slow = ClassTrust(B, K, 300)
    data = [torch.as_tensor(part) for part in (scores, labels, is_target)]
    strength = judge.net.module_.strength
    slow.strength.copy_(strength)
    optimizer = torch.optim.Adam(slow.parameters(), lr=0.01)
    for _ in range(1500):
        optimizer.zero_grad()
        log_given = slow(data[0], data[2])
        loss = torch.nn.functional.nll_loss(log_given, data[1]) + slow.penalty() / 300
        loss.backward()
        optimizer.step()
        slow.update_noise(*data, choose_strength=False)
    np.testing.assert_allclose(slow.weights.detach(), judge.net.module_.weights.detach(), atol=2e-2)
    np.testing.assert_allclose(slow.transitions, judge.net.module_.transitions, atol=2e-3)


def test_clean_labels_are_believed():
    scores, labels, wrong, is_target = flipped(0.0, False)
    assert not wrong.any()
    judge = ClassJudge.train(scores, labels, is_target, {}, hesitates=False)
    assert judge.wrong_share < 0.01
    assert (judge(scores, labels).right < 0.5).mean() < 0.005


@pytest.mark.parametrize("n_rows", [30, 1000, 50_000])
def test_the_fewer_the_rows_the_more_unequal_weights_cost(n_rows):
    trust = ClassTrust(3, 2, n_rows=n_rows)
    weights, biases = np.array([0.1, 0.3, 0.8]), np.array([0.5, -0.2])
    with torch.no_grad():
        trust.root_weights.copy_(torch.as_tensor(np.sqrt(weights)))
        trust.biases.copy_(torch.as_tensor(biases))
    unequal = sum((weight - weights.mean()) ** 2 for weight in weights)
    expected = (1 + 3000 / n_rows) / 2 * 3 * unequal
    expected += 2 / 2 * sum(bias**2 for bias in biases) + 1 / 2 * np.log(weights.sum()) ** 2
    assert float(trust.penalty().detach()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.whole_forest
def test_wrong_target_labels_are_told_from_uncertain_ones():
    """Labels are uncertain by nature, and a fifth of source and target labels is wrong as well."""
    shares, trusts = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        n, n_target = 1400, 400
        log_odds = 4.0 * rng.normal(size=n)
        truth = (rng.random(n) < 1.0 / (1.0 + np.exp(-log_odds))).astype(int)
        labels = np.where(rng.random(n) < 0.2, 1 - truth, truth)
        given = 0.2 + 0.6 / (1.0 + np.exp(-log_odds))  # what scorers of these labels know
        scores = np.log(given / (1.0 - given))[:, None] + 0.3 * rng.normal(size=(n, 2))
        scores = np.stack([-scores / 2.0, scores / 2.0], axis=2)
        judge = ClassJudge.train(scores, labels, np.arange(n) >= n - n_target, {})
        shares.append(judge.wrong_share)
        trusts.append(judge.target_trust)
    assert abs(np.mean(shares) - 0.2) < 0.07
    assert abs(np.mean(trusts) - 0.8) < 0.07
