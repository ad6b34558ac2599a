"""What a folder of another fit, of another owner, or in use is refused with."""

import os
import threading

import pytest
from filelock import FileLock
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skdvgs import LowValueFilter
from skdvgs.exceptions import InvalidInputError
from tests.storage.cases import (
    Small,
    assert_equal_fits,
    files,
    given,
    momentum_net,
    rows,
    valuer,
)


class Changed(Small):
    pass


LABELS = rows()[1]

CHANGES = {
    "lr": ({"lr": 0.5}, {}, "lr was None, is 0.5"),
    "random_state": ({"random_state": 1}, {}, "random_state was 0, is 1"),
    "net": ({"net": Changed}, {}, r"net was tests\.storage\.cases\.Small.*, is .*Changed"),
    "skorch net": ({"net": momentum_net()}, {}, "net was .*NeuralNetClassifier"),
    "similarity": ({"similarity": lambda d, n, t: d}, {}, "similarity was 'auto', is .*lambda"),
    "store_trajectory": ({"store_trajectory": True}, {}, "store_trajectory was False, is True"),
    "X": ({}, {"X": rows()[0][:60] * (1 + 1e-6)}, r"X was shape \(60, 4\).*, is shape \(60, 4\)"),
    "y_val": ({}, {"y_val": rows()[1][60:100] * 2 % 3}, r"y_val was shape \(40,\)"),
    "no target": ({}, {"X_val": None, "y_val": None}, "X_val was shape .*, is None"),
    "labels": (
        {},
        {"y": rows()[1][:60].astype(str), "y_val": rows()[1][60:100].astype(str)},
        "y w",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_named_and_refused_before_any_work(change, tmp_path, monkeypatch):
    settings, data, message = CHANGES[change]
    begun = valuer(checkpoint_dir=tmp_path).fit(**given())
    held = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    monkeypatch.setattr("skdvgs._valuer.make_plan", None)
    other = valuer(checkpoint_dir=tmp_path).set_params(**settings)
    with pytest.raises(InvalidInputError, match=f"begun otherwise: {message}.*remove the folder"):
        other.fit(**(given() | data))
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == held
    monkeypatch.undo()
    assert_equal_fits(begun, valuer(checkpoint_dir=tmp_path).fit(**given()))


def test_another_version_of_a_library_is_refused(tmp_path, monkeypatch):
    valuer(checkpoint_dir=tmp_path).fit(**given())
    monkeypatch.setattr("skdvgs._storage.fit_fingerprint.version", lambda name: f"{name} 99")
    with pytest.raises(InvalidInputError, match=r"version of torch was .*, is torch 99"):
        valuer(checkpoint_dir=tmp_path).fit(**given())


def test_a_changed_source_of_the_net_is_refused(tmp_path):
    class First(Small):
        def forward(self, X):
            return super().forward(X)

    class Second(Small):
        def forward(self, X):
            return 2 * super().forward(X)

    Second.__qualname__, Second.__name__ = First.__qualname__, "First"
    valuer(First, checkpoint_dir=tmp_path).fit(**given())
    with pytest.raises(InvalidInputError, match=r"net was .*, is "):
        valuer(Second, checkpoint_dir=tmp_path).fit(**given())


def test_clones_of_a_cross_validation_are_told_what_to_do(tmp_path):
    X, y = rows()
    pipe = make_pipeline(LowValueFilter(valuer(checkpoint_dir=tmp_path), fraction=0.1), SVC())
    with pytest.raises(InvalidInputError, match="in a grid search or cross-validation: None"):
        cross_val_score(pipe, X, y, cv=2, error_score="raise")


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InvalidInputError, match=r"not of a fit: \['thesis.txt'\].*an empty folder"):
        valuer(checkpoint_dir=tmp_path).fit(**given())
    assert files(tmp_path) == ["thesis.txt"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": "other"}', "\x00"])
def test_a_damaged_record_is_named(text, tmp_path):
    valuer(checkpoint_dir=tmp_path).fit(**given())
    (tmp_path / "fit.json").write_text(text)
    with pytest.raises(InvalidInputError, match=r"fit\.json is damaged.*Bring it back"):
        valuer(checkpoint_dir=tmp_path).fit(**given())
    assert (tmp_path / "fit.json").read_text() == text
    assert "trajectory-0001.npz" in files(tmp_path)


def test_paths_that_are_no_folders_are_refused_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr("skdvgs._valuer.make_plan", None)
    (tmp_path / "file").write_text("mine")
    for path, message in [
        (tmp_path / "file", "is no folder"),
        (tmp_path / "file" / "within", "is no folder|lies within"),
        ("", "names no folder"),
        ("/proc/none/folder", "cannot be written to"),
    ]:
        with pytest.raises(InvalidInputError, match=message):
            valuer(checkpoint_dir=path).fit(**given())
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_read_only_folder_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InvalidInputError, match="cannot be written to: Permission denied"):
            valuer(checkpoint_dir=tmp_path).fit(**given())
    finally:
        tmp_path.chmod(0o700)


def test_two_fits_in_one_folder(tmp_path):
    plain = valuer(checkpoint_dir=tmp_path).fit(**given())
    with (
        FileLock(tmp_path / "fit.lock"),
        pytest.raises(InvalidInputError, match=r"being used by another fit.*a folder of its own"),
    ):
        valuer(checkpoint_dir=tmp_path).fit(**given())
    assert_equal_fits(plain, valuer(checkpoint_dir=tmp_path).fit(**given()))


def test_two_fits_in_two_threads(tmp_path):
    inside, go_on = threading.Event(), threading.Event()

    class Waiting(Small):
        def forward(self, X):
            inside.set()
            go_on.wait(20)
            return super().forward(X)

    first = threading.Thread(target=lambda: valuer(Waiting, checkpoint_dir=tmp_path).fit(**given()))
    first.start()
    inside.wait(20)
    try:
        with pytest.raises(InvalidInputError, match="being used by another fit"):
            valuer(Waiting, checkpoint_dir=tmp_path).fit(**given())
    finally:
        go_on.set()
        first.join()
    assert "trajectory-0001.npz" in files(tmp_path)
