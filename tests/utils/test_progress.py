"""The progress bar: quiet by default, on standard error alone, and right in several processes."""

import re

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import clone
from sklearn.datasets import load_iris
from torch import nn

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs._utils.progress import Progress

X, Y = load_iris(return_X_y=True)


class Net(nn.Sequential):
    def __init__(self, n_features, n_outputs):
        super().__init__(nn.Linear(n_features, n_outputs))


QUICK = DVGSValuer(Net, max_epochs=3, batch_size=-1, cv=2, random_state=0)


def shown(text):
    """Return the states of a bar, as (percent, what it says of them)."""
    return [
        (int(found[1]), found[2].strip())
        for found in re.finditer(r" (\d+)%\|[^|]*\| \S+<\S+(?:, )?([^\r\n]*)", text)
    ]


def test_quiet_by_default(capfd):
    clone(QUICK).fit(X, Y)
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("_bar_draws_every_step")
def test_shows_folds_checkpoints_and_source_rows(capfd):
    valuer = clone(QUICK).set_params(verbose=1, source_batch_size=25)
    values = valuer.fit(X, Y).values_
    out, err = capfd.readouterr()
    assert out == ""
    assert "skdvgs: preparing 150 rows" in err
    assert "skdvgs: valuing 150 rows" in err
    states = shown(err)
    percents = [percent for percent, _ in states]
    assert percents == sorted(percents)
    # Two folds value 75 rows each: three batches at each of three checkpoints.
    assert len(set(percents)) == 1 + 2 * 3 * 3
    texts = [text for _, text in states]
    assert {
        f"restart 1 of 1, fold {f} of 2, checkpoint {c} of 3" for f in (1, 2) for c in (1, 2, 3)
    } <= {*texts}
    assert states[-1][0] == 100
    assert texts[-1] == "2 trajectories, 6 checkpoints"
    np.testing.assert_array_equal(
        values, clone(QUICK).set_params(source_batch_size=25).fit(X, Y).values_
    )


@pytest.mark.usefixtures("_bar_draws_every_step")
def test_counts_what_other_processes_have_finished(capfd):
    clone(QUICK).set_params(verbose=1, n_jobs=2).fit(X, Y)
    out, err = capfd.readouterr()
    assert out == ""
    texts = [text for _, text in shown(err)]
    assert "2 of 2 trajectories" in texts
    assert texts[-1] == "2 trajectories, 6 checkpoints"
    assert not any("checkpoint 1 of" in text for text in texts)


def test_restarts_of_the_default_network_move_the_bar(capfd):
    DVGSValuer(max_epochs=2, n_restarts=3, random_state=0, verbose=1).fit(X, Y)
    percents = [percent for percent, _ in shown(capfd.readouterr().err)]
    assert percents == sorted(percents)
    assert percents[-1] == 100


def test_counts_in_threads(capfd):
    with parallel_config(backend="threading", n_jobs=2):
        clone(QUICK).set_params(verbose=1).fit(X, Y)
    assert shown(capfd.readouterr().err)[-1][0] == 100


def test_is_full_when_fewer_restarts_were_enough(capfd):
    valuer = clone(QUICK).set_params(n_restarts=40, tol=1.9, verbose=1)
    valuer.fit(X, Y, X_val=X[::2], y_val=Y[::2])
    assert len(valuer.target_loss_) < 40
    percent, text = shown(capfd.readouterr().err)[-1]
    assert percent == 100
    assert text.startswith(f"{len(valuer.target_loss_)} trajectories")


def test_is_shown_through_a_filter(capfd):
    LowValueFilter(clone(QUICK).set_params(verbose=1), fraction=0.1).fit(X, Y)
    assert "valuing 150 rows" in capfd.readouterr().err


def test_a_fit_that_fails_closes_the_bar(capfd):
    valuer = clone(QUICK).set_params(verbose=1, similarity=lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        valuer.fit(X, Y)
    assert capfd.readouterr().err.endswith("\n")


def test_a_trajectory_longer_than_expected_stays_short_of_its_end():
    with Progress(1) as progress:
        progress.start_preparation(10)
        progress.start_trajectories(2, 10, None)
        watch = progress.for_trajectory(0, "restart 0")
        watch.expect(3)
        watch.scored(7, 0.5)
        assert progress._bar.n < 1
