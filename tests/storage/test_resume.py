"""A fit that was stopped goes on, and ends as one that never stopped; bit for bit."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import TerminatedWorkerError
from sklearn.model_selection import KFold, StratifiedKFold

from skdvgs._scoring.scorer import SourceScorer
from skdvgs._storage import checkpoint_dir as checkpoint_dir
from skdvgs.exceptions import (
    DamagedFileWarning,
    InvalidInputError,
    StorageError,
    TrainingDivergedError,
)
from tests.storage.cases import (
    Failing,
    Small,
    assert_equal_fits,
    fail_after,
    files,
    given,
    hurt,
    momentum_net,
    rows,
    valuer,
)


@pytest.fixture(autouse=True)
def save_at_every_checkpoint(monkeypatch):
    monkeypatch.setattr(checkpoint_dir, "SECONDS", 0.0)
    monkeypatch.setattr(Failing, "error", None)


CASES = {
    "own net": (Small, {}, True),
    "own net without target": (Small, {"weighting": "gradient_norm", "tol": 0.3}, False),
    "skorch net": (momentum_net(), {"compute_every": 2, "similarity": "euclidean"}, True),
    "typical norms": (Small, {"similarity": "discounted_cosine", "store_trajectory": True}, True),
    "kept": (Small, {"store_trajectory": True, "suggest_labels": True}, True),
    "default": (None, {"max_epochs": None}, True),
    "default without target": (None, {"max_epochs": 10}, False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fit_with_a_folder_is_the_fit_without_and_returns_at_once(case, tmp_path, monkeypatch):
    net, settings, target = CASES[case]
    plain = valuer(net, **settings).fit(**given(target))
    saved = valuer(net, checkpoint_dir=tmp_path, **settings).fit(**given(target))
    assert_equal_fits(plain, saved)
    assert not any("unfinished" in name for name in files(tmp_path))
    monkeypatch.setattr("skdvgs._trajectory.job.TrajectoryJob.run", None)
    again = valuer(net, checkpoint_dir=str(tmp_path), n_jobs=2, verbose=0, **settings)
    assert_equal_fits(plain, again.fit(**given(target)))
    if plain._trajectories is not None:
        X, y = rows()
        np.testing.assert_array_equal(again.score_samples(X, y), plain.score_samples(X, y))


@pytest.mark.parametrize("steps", [0, 1, 4, 9, 12])
@pytest.mark.parametrize("store", [False, True])
def test_goes_on_from_the_last_checkpoint(steps, store, tmp_path, monkeypatch):
    settings = {"store_trajectory": store, "batch_size": 16, "checkpoint_dir": tmp_path / "dir"}
    plain = valuer(Failing, batch_size=16, store_trajectory=store).fit(**given())
    stopped = valuer(Failing, **settings)
    fail_after(steps, ZeroDivisionError(), monkeypatch)
    with pytest.raises(ZeroDivisionError):
        stopped.fit(**given())
    assert not hasattr(stopped, "values_")
    monkeypatch.setattr(Failing, "error", None)
    scored = []
    score = SourceScorer.score
    monkeypatch.setattr(
        SourceScorer,
        "score",  # of source rows, which is told of batches; not of the self-test
        lambda self, at, *rest: (scored.extend([at] if rest else []), score(self, at))[1],
    )
    assert_equal_fits(plain, stopped.fit(**given()))
    assert len(scored) == plain.n_checkpoints_ - steps
    if store:
        X, y = rows()
        np.testing.assert_array_equal(stopped.score_samples(X, y), plain.score_samples(X, y))


def stopped_fit(folder, monkeypatch, steps=12, **settings):
    """Begin a fit and stop it, by default in its second trajectory."""
    fail_after(steps, ZeroDivisionError(), monkeypatch)
    begun = valuer(Failing, batch_size=16, checkpoint_dir=folder, **settings)
    with pytest.raises(ZeroDivisionError):
        begun.fit(**given())
    monkeypatch.setattr(Failing, "error", None)
    return begun


def plain_fit(**settings):
    return valuer(Failing, batch_size=16, **settings).fit(**given())


def test_weights_that_came_out_otherwise_start_from_the_beginning(tmp_path, monkeypatch):
    begun = stopped_fit(tmp_path, monkeypatch, steps=5)
    monkeypatch.setattr(
        "skdvgs._trajectory.checkpoint_scorer.CheckpointScorer._digest", lambda *_: "other"
    )
    assert_equal_fits(plain_fit(), begun.fit(**given()))


@pytest.mark.parametrize("name", ["trajectory-0000.npz", "trajectory-0001-unfinished.npz"])
@pytest.mark.parametrize("damage", ["cut", "empty", "bit", "foreign", "pickle"])
def test_damaged_files_are_computed_again(name, damage, tmp_path, monkeypatch):
    begun = stopped_fit(tmp_path, monkeypatch)
    path = tmp_path / name
    hurt(path, damage)
    with pytest.warns(DamagedFileWarning, match=f"{name} is damaged.*computed again"):
        begun.fit(**given())
    assert_equal_fits(plain_fit(), begun)


def test_a_late_file_of_another_run_is_not_read(tmp_path, monkeypatch):
    stopped_fit(tmp_path / "a", monkeypatch, random_state=1)
    begun = stopped_fit(tmp_path / "b", monkeypatch)
    os.replace(tmp_path / "a" / "trajectory-0000.npz", tmp_path / "b" / "trajectory-0000.npz")
    assert_equal_fits(plain_fit(), begun.fit(**given()))


@pytest.mark.parametrize("draw", [None, "instance"])
def test_what_was_drawn_is_drawn_again(draw, tmp_path, monkeypatch):
    def fresh():
        return None if draw is None else np.random.RandomState(5)

    np.random.seed(7)  # noqa: NPY002
    plain = plain_fit(random_state=fresh())
    np.random.seed(7)  # noqa: NPY002
    stopped_fit(tmp_path, monkeypatch, random_state=fresh())
    np.random.seed(8)  # noqa: NPY002
    again = valuer(Failing, batch_size=16, checkpoint_dir=tmp_path, random_state=fresh())
    assert_equal_fits(plain, again.fit(**given()))


def test_an_instance_is_drawn_from_as_without_a_folder(tmp_path):
    states = [np.random.RandomState(3) for _ in range(2)]
    valuer(random_state=states[0]).fit(**given())
    valuer(random_state=states[1], checkpoint_dir=tmp_path).fit(**given())
    assert states[0].randint(10**9) == states[1].randint(10**9)


def test_folds_of_a_splitter_that_draws_are_kept(tmp_path, monkeypatch):
    cv = StratifiedKFold(3, shuffle=True)
    fail_after(12, ZeroDivisionError(), monkeypatch)
    np.random.seed(0)  # noqa: NPY002
    begun = valuer(Failing, cv=cv, checkpoint_dir=tmp_path)
    with pytest.raises(ZeroDivisionError):
        begun.fit(**given(target=False))
    monkeypatch.setattr(Failing, "error", None)
    np.random.seed(0)  # noqa: NPY002
    plain = valuer(Failing, cv=cv).fit(**given(target=False))
    np.random.seed(1)  # noqa: NPY002
    assert_equal_fits(plain, begun.fit(**given(target=False)))


def test_other_folds_of_ones_own_are_refused(tmp_path):
    X, y = rows()

    def splits(seed):
        return KFold(3, shuffle=True, random_state=seed).split(X)

    valuer(cv=splits(0), checkpoint_dir=tmp_path).fit(X, y)
    valuer(cv=splits(0), checkpoint_dir=tmp_path).fit(X, y)
    with pytest.raises(InvalidInputError, match="cv yields other folds"):
        valuer(cv=splits(1), checkpoint_dir=tmp_path).fit(X, y)


@pytest.mark.parametrize("store", [False, True])
def test_a_full_disk_loses_nothing(store, tmp_path, monkeypatch):
    folder = tmp_path / "dir"
    settings = {"checkpoint_dir": folder, "store_trajectory": store, "batch_size": 16}
    savez, calls = np.savez, []

    def full(file, **arrays):
        calls.append(file)
        file.write(b"half of it")
        if len(calls) > 12:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        file.seek(0)
        savez(file, **arrays)

    monkeypatch.setattr(np, "savez", full)
    begun = valuer(Failing, **settings)
    with pytest.raises(StorageError, match=r"\.npz could not be written: No space left.*fit again"):
        begun.fit(**given())
    assert not hasattr(begun, "values_")
    monkeypatch.setattr(np, "savez", savez)
    assert not list(tmp_path.rglob(".*.part"))
    assert any(name.startswith("trajectory") for name in files(folder))
    assert_equal_fits(plain_fit(), begun.fit(**given()))


def test_a_diverged_training_leaves_a_folder_to_begin_anew(tmp_path):
    broken = valuer(batch_size=16, lr=1e30, checkpoint_dir=tmp_path / "a", max_epochs=40)
    broken.set_params(store_trajectory=True)
    X = given() | {"X": given()["X"] * 1e3, "X_val": given()["X_val"] * 1e3}
    with np.errstate(all="ignore"), pytest.raises((TrainingDivergedError, InvalidInputError)):
        broken.fit(**X)
    assert not hasattr(broken, "values_")
    assert files(tmp_path / "a") == []
    broken.set_params(lr=1e-3, max_epochs=2).fit(**given())


@pytest.mark.usefixtures("_ctrl_c_is_heard")
def test_ctrl_c_keeps_what_was_done(tmp_path, monkeypatch):
    begun = valuer(Failing, batch_size=16, checkpoint_dir=tmp_path)
    fail_after(12, "Ctrl-C", monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        begun.fit(**given())
    assert not hasattr(begun, "values_")
    assert "trajectory-0000.npz" in files(tmp_path)
    assert "trajectory-0001-unfinished.npz" in files(tmp_path)
    monkeypatch.setattr(Failing, "error", None)
    assert_equal_fits(plain_fit(), begun.fit(**given()))


class Dying(Small):
    """Ends its process in the second restart, where a file says so."""

    def __init__(self, n_features=4, n_outputs=3):
        super().__init__(n_features, n_outputs)
        self.dies = Path(os.environ["SKDVGS_TEST_FOLDER"], "trajectory-0001.npz").exists()

    def forward(self, X):
        if self.dies and self.training and Path(os.environ["SKDVGS_TEST_FOLDER"], "die").exists():
            os._exit(1)
        return super().forward(X)


def test_a_dead_worker_is_told_and_what_was_done_is_kept(tmp_path, monkeypatch):
    folder = tmp_path / "dir"
    monkeypatch.setenv("SKDVGS_TEST_FOLDER", str(folder))
    # Workers that an earlier test has left would not know of it.
    get_reusable_executor().shutdown(wait=True)
    settings = {"n_restarts": 6, "tol": 1e-9}
    plain = valuer(Dying, **settings).fit(**given())
    begun = valuer(Dying, checkpoint_dir=folder, n_jobs=2, **settings)
    folder.mkdir()
    monkeypatch.setattr(checkpoint_dir.CheckpointDir, "_check_empty", lambda self: None)
    (folder / "die").touch()
    with pytest.raises(TerminatedWorkerError):
        begun.fit(**given())
    (folder / "die").unlink()
    done = [name for name in files(folder) if name.startswith("trajectory")]
    assert "trajectory-0001.npz" in done
    assert_equal_fits(plain, begun.set_params(n_jobs=None).fit(**given()))
