"""When a ranking has settled."""

import numpy as np
import pytest

from skdvgs._values.convergence import (
    RankConvergence,
    convergence_subset,
    disagreement,
    disagreement_with_long_run,
    enough_restarts,
)


def looks(agreement, values_at, n):
    """Checkpoints at which values were asked for, and the one at which it stopped."""
    asked = []

    def values(t):
        asked.append(t)
        return values_at(t)

    stopped = next((t for t in range(1, n + 1) if agreement.update(t, lambda t=t: values(t))), None)
    return asked, stopped


def test_values_that_never_change_stop_at_the_second_look():
    fixed = np.arange(20.0)
    agreement = RankConvergence(0.02, 100)
    assert looks(agreement, lambda t: fixed, 100) == ([8, 10], 10)
    assert agreement.converged


def test_random_values_stop_near_the_end_alone():
    rng = np.random.default_rng(0)
    agreement = RankConvergence(0.02, 1000)
    asked, stopped = looks(agreement, lambda t: rng.normal(size=200), 800)
    assert stopped is None
    assert not agreement.converged
    assert asked[:8] == [8, 10, 13, 17, 22, 28, 35, 44]
    assert looks(agreement, lambda t: rng.normal(size=200), 1300)[1] >= 900


@pytest.mark.parametrize("n", [100, 1000])
@pytest.mark.parametrize("tolerance", [0.05, 0.02, 0.005])
def test_means_over_a_path_that_settles_end_as_near_as_asked(tolerance, n):
    """Similarities that turn from one ranking to another, their means, and the last of these."""
    rng = np.random.default_rng(0)
    start, end = rng.normal(size=(2, 500))
    times = np.arange(1, n + 1)[:, None]
    means = np.cumsum(end + (start - end) / (1 + times / 5), axis=0) / times
    stops = []
    for tol in (tolerance, tolerance / 5):
        _, stopped = looks(RankConvergence(tol, n), lambda t: means[t - 1], n)
        stops.append(n if stopped is None else stopped)
        assert disagreement(means[stops[-1] - 1], means[-1]) < 2 * tol
    assert stops[1] > stops[0] > 10


def test_values_that_move_evenly_in_the_logarithm_of_time_are_foretold():
    """On such a way the rule stops at the first look that is within the tolerance of the end."""
    basis = np.random.default_rng(0).normal(size=(2, 5000))
    n = 120

    def values(t):
        return basis[0] + 0.1 * np.log(t) * basis[1]

    for tolerance in (0.01, 0.003, 0.001):
        asked, stopped = looks(RankConvergence(tolerance, n), values, n)
        off = [disagreement(values(t), values(n)) for t in asked]
        expected = next(t for t, d in zip(asked, off, strict=True) if d < 2 * tolerance and t > 8)
        near = [*asked, int(np.ceil(1.25 * asked[-1]))]
        assert abs(near.index(stopped) - near.index(expected)) <= 1


def test_values_are_copied():
    values = np.arange(10.0)
    agreement = RankConvergence(0.002, 100)
    agreement.update(8, lambda: values)
    values[:] = -values
    agreement.update(10, lambda: values)
    assert not agreement.converged


def test_disagreement_where_there_is_nothing_to_rank():
    constant, rising = np.ones(5), np.arange(5.0)
    assert disagreement(constant, constant) == 0.0
    assert disagreement(constant, rising) == disagreement(rising, constant) == 1.0
    assert disagreement(rising[:1], rising[:1]) == 0.0
    assert disagreement(rising, -rising) == 2.0


@pytest.mark.parametrize("n", [0, 1, 9_999, 10_000, 25_000])
def test_watched_rows_are_few_and_spread(n):
    rows = convergence_subset(n)
    assert len(rows) == min(n, 10_000)
    if n:
        assert rows[0] == 0
        assert rows[-1] == n - 1
        assert np.diff(rows).max(initial=0) <= 3


def test_the_disagreement_that_errors_imply_is_the_one_there_is():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=20_000)
    values = truth + 0.3 * rng.normal(size=20_000)
    implied = disagreement_with_long_run(values, np.full(20_000, 0.3))
    assert implied == pytest.approx(1 - np.corrcoef(values, truth)[0, 1], abs=0.005)
    assert disagreement_with_long_run(np.ones(5), np.ones(5)) == 0.0
    assert disagreement_with_long_run(values, np.full(20_000, 9.0)) == 1.0


def test_restarts_end_when_the_correlation_with_their_long_run_is_high_enough():
    rng = np.random.default_rng(0)
    values = rng.normal(size=10_000)
    for correlation, enough in ((0.995, True), (0.985, False)):
        errors = np.full(10_000, np.std(values) * np.sqrt(1.0 - correlation**2))
        assert enough_restarts(values, errors, 0.01) == enough


def test_goes_on_from_where_it_was_saved():
    rng = np.random.default_rng(0)
    end = rng.normal(size=200)
    course = [end + rng.normal(size=200) / n for n in range(1, 120)]
    whole = RankConvergence(0.001, 119)
    stopped = [whole.update(n, lambda n=n: course[n - 1]) for n in range(1, 120)]
    assert any(stopped)
    for saved_at in (3, 9, 11, 40):
        first, second = RankConvergence(0.001, 119), RankConvergence(0.001, 119)
        looks = [first.update(n, lambda n=n: course[n - 1]) for n in range(1, saved_at + 1)]
        second.restore(*first.progress())
        looks += [second.update(n, lambda n=n: course[n - 1]) for n in range(saved_at + 1, 120)]
        assert looks == stopped
