"""Fit the installed package once, in an environment that holds nothing but its dependencies."""

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

import skdvgs
from skdvgs import DVGSValuer, LowValueFilter

package = Path(skdvgs.__file__).resolve().parent
assert package.is_relative_to(Path(sys.prefix).resolve()), f"{package} is not the installed wheel"
assert version("skdvgs") == skdvgs.__version__
for name in (
    "py.typed",
    "_reporting/report/page.html",
    "_reporting/report/page.css",
    "_reporting/report/page.js",
):
    assert (package / name).is_file(), f"the wheel lacks {name}"

X, y = load_iris(return_X_y=True)
valuer = DVGSValuer(max_epochs=2, n_restarts=1, random_state=0)
pipeline = Pipeline(
    [("clean", LowValueFilter(valuer, fraction=0.1)), ("clf", LogisticRegression())]
)
pipeline.fit(X / 10, y)
values = pipeline["clean"].values_
assert values.shape == y.shape
assert np.isfinite(values).all()
print(f"skdvgs {skdvgs.__version__}: {values.size} values from {package}")
