"""When a ranking has settled."""

import numpy as np
import pytest

from skdvgs._agreement import (
    RankAgreement,
    disagreement,
    disagreement_with_long_run,
    enough_trajectories,
    watched_rows,
)


def looks(agreement, values_at, n):
    """Checkpoints at which values were asked for, and the one at which it stopped."""
    asked = []

    def values(t):
        asked.append(t)
        return values_at(t)

    stopped = next((t for t in range(1, n + 1) if agreement.look(t, lambda t=t: values(t))), None)
    return asked, stopped


def test_values_that_never_change_stop_when_they_were_equal_twice():
    fixed = np.arange(20.0)
    agreement = RankAgreement(0.002)
    assert looks(agreement, lambda t: fixed, 100) == ([20, 30, 45], 45)
    assert agreement.reached


def test_random_values_never_stop():
    rng = np.random.default_rng(0)
    agreement = RankAgreement(0.002)
    asked, stopped = looks(agreement, lambda t: rng.normal(size=200), 130)
    assert stopped is None
    assert not agreement.reached
    assert asked == [20, 30, 45, 68, 102]


@pytest.mark.parametrize("tolerance", [0.05, 0.005, 0.0005])
def test_a_smaller_tolerance_stops_later_and_nearer_to_the_end(tolerance):
    rng = np.random.default_rng(0)
    end, start = rng.normal(size=(2, 500))
    stops = []
    for tol in (tolerance, tolerance / 5):
        _, stopped = looks(RankAgreement(tol), lambda t: end + 40 * start / t, 10_000)
        stops.append(stopped)
        assert disagreement(end + 40 * start / stopped, end) < 40 * tol
    assert stops[0] < stops[1]


def test_values_are_copied():
    values = np.arange(10.0)
    agreement = RankAgreement(0.002)
    agreement.look(20, lambda: values)
    values[:] = -values
    agreement.look(30, lambda: values)
    assert not agreement.reached


def test_disagreement_where_there_is_nothing_to_rank():
    constant, rising = np.ones(5), np.arange(5.0)
    assert disagreement(constant, constant) == 0.0
    assert disagreement(constant, rising) == disagreement(rising, constant) == 1.0
    assert disagreement(rising[:1], rising[:1]) == 0.0
    assert disagreement(rising, -rising) == 2.0


@pytest.mark.parametrize("n", [0, 1, 9_999, 10_000, 25_000])
def test_watched_rows_are_few_and_spread(n):
    rows = watched_rows(n)
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
    for correlation, enough in ((0.985, True), (0.975, False)):
        errors = np.full(10_000, np.std(values) * np.sqrt(1.0 - correlation**2))
        assert enough_trajectories(values, errors, 0.01) == enough
