"""Docstrings of everything public: numpydoc's rules, and what they say is what there is."""

import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpydoc.docscrape import ClassDoc
from numpydoc.validate import validate
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression
from torch import nn

import skdvgs
from skdvgs import (
    CleanedClassifier,
    CleanedRegressor,
    DVGSValuer,
    LowValueFilter,
    LowValueSampler,
)

REFERENCE = Path(skdvgs.__file__).resolve().parents[1] / "doc" / "reference"

# Not enforced anywhere.
IGNORED = {
    "ES01": "an extended summary is not always needed",
    "GL01": "the summary starts on the line of the quotes, as ruff and PEP 257 have it",
    "RT02": "returned values are named, as in scikit-learn",
    "YD01": "no public generator needs it",
}
# Not enforced for methods and exceptions: the class page they stand on has both.
IGNORED_OFF_CLASS = {"EX01", "SA01"}

# ESTIMATORS holds, for each estimator, the calls whose fitted attributes together are all of them.
FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 3)), columns=list("abc"))
LABELS = (FRAME["a"] > 0).to_numpy(int)
QUICK = DVGSValuer(max_epochs=2, n_restarts=1, cv=2, random_state=0)


class Own(nn.Sequential):
    def __init__(self, n_features, n_outputs):
        super().__init__(nn.Linear(n_features, n_outputs))


def fit_filter():
    return LowValueFilter(QUICK, fraction=0.1).fit(FRAME, LABELS)


def fit_sampler():
    sampler = LowValueSampler(QUICK, fraction=0.1)
    sampler.fit_resample(FRAME, LABELS)
    return sampler


ESTIMATORS = {
    DVGSValuer: [
        lambda: clone(QUICK).fit(FRAME, LABELS),
        lambda: clone(QUICK).fit(FRAME, FRAME["a"].to_numpy()),
        lambda: clone(QUICK).fit(FRAME, LABELS, X_val=FRAME, y_val=LABELS),
        lambda: clone(QUICK).fit(FRAME, LABELS, groups=np.arange(len(FRAME)) // 2),
        lambda: clone(QUICK).set_params(net=Own).fit(FRAME, LABELS),
        lambda: clone(QUICK).set_params(net=Own, by_class=True).fit(FRAME, LABELS),
    ],
    CleanedClassifier: [
        lambda: CleanedClassifier(LogisticRegression(), QUICK).fit(FRAME, LABELS),
    ],
    CleanedRegressor: [
        lambda: CleanedRegressor(LinearRegression(), QUICK).fit(FRAME, FRAME["a"].to_numpy()),
    ],
    LowValueFilter: [fit_filter],
    LowValueSampler: [fit_sampler],
}


def public_modules():
    names = [m.name for m in pkgutil.iter_modules(skdvgs.__path__) if not m.name.startswith("_")]
    return [skdvgs, *(importlib.import_module(f"skdvgs.{name}") for name in names)]


def public_names():
    return sorted(f"{m.__name__}.{n}" for m in public_modules() for n in m.__all__ if n[0] != "_")


def public_objects():
    """Return the dotted names of all public classes and functions, and of their own methods."""
    names = []
    for name in public_names():
        module, _, attribute = name.rpartition(".")
        obj = getattr(importlib.import_module(module), attribute)
        if not inspect.isclass(obj) and not inspect.isfunction(obj):
            continue
        names.append(name)
        if inspect.isclass(obj):
            names += [f"{name}.{method}" for method in own_methods(obj)]
    return names


def own_methods(cls):
    """Return the public methods and properties that skdvgs itself defines on a class."""
    owners = [base for base in cls.__mro__ if base.__module__.startswith("skdvgs")]
    found = {name for base in owners for name in vars(base) if not name.startswith("_")}
    return sorted(
        name
        for name in found
        if inspect.isfunction(inspect.getattr_static(cls, name))
        or isinstance(inspect.getattr_static(cls, name), property)
    )


def is_full_page(name):
    """Whether a name is a class or function of its own, not a method, exception or warning."""
    parent, _, _ = name.rpartition(".")
    return parent in {m.__name__ for m in public_modules()} and parent != "skdvgs.exceptions"


def ignored_codes(name):
    ignored = set(IGNORED) if is_full_page(name) else IGNORED.keys() | IGNORED_OFF_CLASS
    module, _, attribute = name.rpartition(".")
    # A Protocol is never called; numpydoc reads the parameters of a placeholder.
    is_protocol = getattr(getattr(sys.modules.get(module), attribute, None), "_is_protocol", False)
    return ignored | {"PR01"} if is_protocol else ignored


@pytest.mark.parametrize("name", public_objects())
def test_docstring_follows_numpydoc(name):
    ignored = ignored_codes(name)
    found = [f"{code}: {text}" for code, text in validate(name)["errors"] if code not in ignored]
    assert not found, "\n".join([f"docstring of {name}:", *found])


def fitted_attributes(estimator):
    public = {name for name in vars(estimator) if re.fullmatch(r"[^_].*_", name)}
    cls = type(estimator)
    properties = (n for n in own_methods(cls) if isinstance(getattr(cls, n), property))
    return public | {n for n in properties if n.endswith("_") and hasattr(estimator, n)}


@pytest.mark.parametrize("cls", ESTIMATORS, ids=lambda cls: cls.__name__)
def test_documented_attributes_are_the_fitted_ones(cls):
    fitted = set().union(*(fitted_attributes(fit()) for fit in ESTIMATORS[cls]))
    documented = {parameter.name for parameter in ClassDoc(cls)["Attributes"]}
    assert documented == fitted


def test_every_estimator_is_fitted_here():
    classes = {getattr(skdvgs, n) for n in skdvgs.__all__ if inspect.isclass(getattr(skdvgs, n))}
    assert {cls for cls in classes if hasattr(cls, "fit") or hasattr(cls, "fit_resample")} == set(
        ESTIMATORS
    )


def referenced_names():
    """Return the dotted names that the autosummary tables of the API reference list."""
    names = set()
    for page in REFERENCE.glob("*.rst"):
        module, in_table = "", False
        for line in page.read_text(encoding="utf-8").splitlines():
            if match := re.match(r"\.\. currentmodule:: (\S+)", line):
                module = match[1]
            if line and not line.startswith(" "):
                in_table = line.startswith(".. autosummary::")
            elif in_table and (match := re.fullmatch(r" +(\w+)", line)):
                names.add(f"{module}.{match[1]}")
    return sorted(names)


def test_api_reference_lists_every_public_name():
    assert referenced_names() == public_names()
