"""Checkpoints in a folder: read one by one, noticed when damaged, found where they were moved."""

import json
import pickle
import subprocess
import sys
import tracemalloc

import joblib
import numpy as np
import pytest
from torch import nn

from skdvgs import DVGSValuer, LowValueFilter
from skdvgs.exceptions import InvalidInputError, StorageError
from tests.storage.cases import Small, assert_equal_fits, given, hurt, rows, valuer

X, Y = rows()


@pytest.mark.parametrize(("target", "n_jobs"), [(True, 1), (False, 1), (False, 2)])
def test_a_folder_holds_what_memory_would(target, n_jobs, tmp_path):
    kept = valuer(store_trajectory=True).fit(**given(target))
    stored = valuer(store_trajectory=True, checkpoint_dir=tmp_path, n_jobs=n_jobs)
    stored.fit(**given(target))
    assert_equal_fits(kept, stored)
    np.testing.assert_array_equal(stored.score_samples(X, Y), kept.score_samples(X, Y))
    np.testing.assert_array_equal(stored.label_values(X), kept.label_values(X))
    files = list(tmp_path.glob("trajectory-*/checkpoint-*.npz"))
    assert len(files) == stored.n_checkpoints_
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert sum(map(len, manifest["trajectories"].values())) == stored.n_checkpoints_


def test_the_layout_that_is_documented(tmp_path):
    fitted = stored_valuer(tmp_path, compute_every=2).fit(**given())
    with np.load(
        tmp_path / "trajectory-0001" / "checkpoint-000000.npz", allow_pickle=False
    ) as held:
        names = {name for name in held.files if name.endswith("layers.0.weight")}
        assert names == {"state/layers.0.weight", "gradient/layers.0.weight"}
        assert held["state/layers.0.weight"].shape == (8, 4)
    assert len(list((tmp_path / "trajectory-0001").iterdir())) == fitted.n_checkpoints_ // 2


def stored_valuer(folder, net=Small, **settings):
    return valuer(net, store_trajectory=True, checkpoint_dir=folder, **settings)


class Wide(nn.Sequential):
    def __init__(self, n_features, n_outputs):
        super().__init__(
            nn.Linear(n_features, 300), nn.ReLU(), nn.Linear(300, 300), nn.Linear(300, n_outputs)
        )


def test_memory_and_pickles_hold_no_checkpoints(tmp_path):
    settings = {"net": Wide, "max_epochs": 60, "batch_size": -1, "n_restarts": 1, "random_state": 0}
    parameter_bytes = 4 * (5 * 300 + 301 * 300 + 301 * 3)
    tracemalloc.start()
    try:
        stored = DVGSValuer(store_trajectory=True, checkpoint_dir=tmp_path, **settings)
        stored.fit(**given())
        stored.score_samples(X, Y)
        highest = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert highest < 25 * parameter_bytes < 2 * 60 * parameter_bytes
    assert len(pickle.dumps(stored)) < 2 * parameter_bytes  # the trained net is one of them


@pytest.mark.parametrize("dump", ["pickle", "joblib"])
def test_a_dumped_valuer_finds_its_folder(dump, tmp_path):
    fitted = stored_valuer(tmp_path / "a").fit(**given())
    values = fitted.score_samples(X, Y)
    if dump == "pickle":
        again = pickle.loads(pickle.dumps(fitted))
    else:
        joblib.dump(fitted, tmp_path / "valuer.joblib")
        again = joblib.load(tmp_path / "valuer.joblib")
    np.testing.assert_array_equal(again.score_samples(X, Y), values)
    (tmp_path / "a").rename(tmp_path / "b")
    with pytest.raises(StorageError, match=r"a is missing.*set_params\(checkpoint_dir="):
        again.score_samples(X, Y)
    again.set_params(checkpoint_dir=str(tmp_path / "b"))
    np.testing.assert_array_equal(again.score_samples(X, Y), values)


def test_the_valuer_of_a_filter_is_told_where_its_folder_is(tmp_path):
    cleaned = LowValueFilter(stored_valuer(tmp_path / "a"), fraction=0.1).fit(X, Y)
    values = cleaned.valuer_.score_samples(X, Y)
    (tmp_path / "a").rename(tmp_path / "b")
    cleaned.valuer_.set_params(checkpoint_dir=tmp_path / "b")
    np.testing.assert_array_equal(cleaned.valuer_.score_samples(X, Y), values)


@pytest.mark.parametrize("damage", ["cut", "empty", "bit", "foreign", "pickle", "missing", "other"])
def test_a_damaged_file_is_named(damage, tmp_path):
    fitted = stored_valuer(tmp_path).fit(**given())
    path = next(tmp_path.glob("trajectory-0001/checkpoint-000001.npz"))
    if damage == "missing":
        path.unlink()
    elif damage == "other":
        path.write_bytes(path.with_name("checkpoint-000002.npz").read_bytes())
    else:
        hurt(path, damage)
    what = {"missing": "is missing", "other": "belongs to another fit"}.get(damage, "is damaged")
    with pytest.raises(StorageError, match=rf"checkpoint-000001.npz {what}.*fit again"):
        fitted.score_samples(X, Y)
    with pytest.raises(OSError, match="score_samples"):  # the kind that reading files raises
        fitted.label_values(X)


@pytest.mark.parametrize("damage", ["missing", "changed", "of another fit"])
def test_a_damaged_manifest_is_named(damage, tmp_path):
    fitted = stored_valuer(tmp_path).fit(**given())
    path = tmp_path / "manifest.json"
    if damage == "missing":
        path.unlink()
    else:
        path.write_text("{}" if damage == "changed" else path.read_text().replace("1", "2"))
    with pytest.raises(StorageError, match=r"is missing|manifest.json is damaged or belongs"):
        fitted.score_samples(X, Y)


def test_a_second_call_reads_what_the_first_has_stored(tmp_path, monkeypatch):
    first = stored_valuer(tmp_path).fit(**given())
    monkeypatch.setattr("skdvgs._trajectory.job.TrajectoryJob.run", None)
    again = stored_valuer(tmp_path).fit(**given())
    np.testing.assert_array_equal(again.score_samples(X, Y), first.score_samples(X, Y))
    monkeypatch.undo()
    next(tmp_path.glob("trajectory-0001/checkpoint-000001.npz")).unlink()
    assert_equal_fits(stored_valuer(tmp_path).fit(**given()), first)


def test_another_fit_in_the_folder_is_refused_and_the_first_stays(tmp_path):
    fitted = stored_valuer(tmp_path).fit(**given())
    values = fitted.score_samples(X, Y)
    with pytest.raises(InvalidInputError, match="random_state was 0, is 1"):
        stored_valuer(tmp_path, random_state=1).fit(**given())
    np.testing.assert_array_equal(fitted.score_samples(X, Y), values)


def test_a_small_disk_is_told(tmp_path):
    """Files may be 20 kB long at most: the system's own error, as of a full disk."""
    program = f"""
import resource, signal
from skdvgs.exceptions import StorageError
from tests.storage.cases import given, valuer
from tests.storage.test_stored import Wide

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
plain = valuer(Wide, max_epochs=1).fit(**given())
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
begun = valuer(Wide, max_epochs=1, checkpoint_dir={str(tmp_path)!r})
try:
    begun.fit(**given())
    raise SystemExit("no error")
except StorageError as error:
    assert "trajectory-0000.npz could not be written: File too large" in str(error), error
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
assert (begun.fit(**given()).values_ == plain.values_).all()
"""
    pytest.importorskip("resource")
    run_program(program)
    assert not list(tmp_path.rglob("*.part"))


def run_program(program, *arguments):
    command = [sys.executable, *(["-c", program] if "\n" in program else [program]), *arguments]
    run = subprocess.run(command, capture_output=True, text=True)
    assert not run.returncode, run.stderr
    return run.stderr


DUMP = """
import sys, joblib, numpy as np
from torch import nn
from skdvgs import DVGSValuer
from tests.storage.cases import given

class Own(nn.Sequential):
    def __init__(self, n_features, n_outputs):
        super().__init__(nn.Linear(n_features, n_outputs))

if __name__ == "__main__":
    folder = sys.argv[1]
    fitted = DVGSValuer(Own, max_epochs=1, random_state=0)
    fitted.set_params(store_trajectory=True, checkpoint_dir=folder + "/stored")
    fitted.fit(**given())
    joblib.dump(fitted, folder + "/valuer.joblib")
    np.save(folder + "/values.npy", fitted.score_samples(**dict(list(given().items())[:2])))
"""
LOAD = """
try:
    joblib.load(sys.argv[1] + "/valuer.joblib")
except AttributeError as error:
    print(f"AttributeError: {error}", file=sys.stderr)
Own = Other
again = joblib.load(sys.argv[1] + "/valuer.joblib")
values = again.score_samples(**dict(list(given().items())[:2]))
assert (values == np.load(sys.argv[1] + "/values.npy")).all()
"""


def test_a_net_of_a_script_is_loaded_where_it_is_defined(tmp_path):
    run_program(DUMP, str(tmp_path))
    undefined = DUMP.partition("if __name__")[0].replace("class Own", "class Other")
    message = run_program(undefined + LOAD, str(tmp_path))
    assert "AttributeError: Can't get attribute 'Own' on <module '__main__'" in message


def test_empty_paths_name_no_folder():
    with pytest.raises(InvalidInputError, match="checkpoint_dir='' names no folder"):
        valuer(checkpoint_dir="").fit(**given())
