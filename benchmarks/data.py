"""Real data for the benchmarks: from a local folder, else from OpenML.

The folder is named by the environment variable SKDVGS_DATA (default ``../shared/data``).
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import fetch_openml
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder

FOLDER = Path(os.environ.get("SKDVGS_DATA", "../shared/data"))


def stored(name):
    """Arrays of ``name.npz`` in the folder."""
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def adult():
    """UCI Adult, one-hot (108 columns), min-max scaled; label: income above 50 k."""
    path = FOLDER / "adult.csv.gz"
    if path.exists():
        frame = pd.read_csv(path).drop(columns="split")
        income = frame.pop("income").astype(str)
    else:
        bunch = fetch_openml("adult", version=2, as_frame=True)
        frame, income = bunch.data, bunch.target.astype(str)
    numbers = frame.select_dtypes("number")
    words = frame.drop(columns=numbers.columns).astype(str)
    one_hot = OneHotEncoder(sparse_output=False, dtype=np.float32).fit_transform(words)
    X = np.hstack([MinMaxScaler().fit_transform(numbers), one_hot]).astype(np.float32)
    return X, income.str.contains(">50K").to_numpy().astype(int)


def blog():
    """UCI BlogFeedback (280 columns), min-max scaled; label: any comment within a day."""
    if (FOLDER / "blog.npz").exists():
        arrays = stored("blog")
        X, y = arrays["X_train"], arrays["y_train"]
    else:
        bunch = fetch_openml("BlogFeedback", version=1, as_frame=False)
        X, y = bunch.data, bunch.target.astype(float)
    return MinMaxScaler().fit_transform(X).astype(np.float32), (y > 0).astype(int)


TABLES = {"adult": adult, "blog": blog}
