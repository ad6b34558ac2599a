"""Adult and BLOG: one-hot and min-max scaled, as in the paper."""

from functools import lru_cache

from sklearn.datasets import load_breast_cancer
from sklearn.preprocessing import MinMaxScaler

from benchmarks import data

from .case import draw

NAMES = {"adult": "Adult", "blog": "BLOG"}
FILES = {"adult": "adult.csv.gz", "blog": "blog.npz"}


@lru_cache
def load(name, quick):
    """Name of what was read, features and labels of all rows."""
    if quick and not (data.FOLDER / FILES[name]).exists():
        X, y = load_breast_cancer(return_X_y=True)
        return "breast cancer (stand-in)", MinMaxScaler().fit_transform(X).astype("float32"), y
    return (NAMES[name], *data.TABLES[name]())


def draw_table(name, sizes, seed, n_source=None):
    """One clean draw of source, target and test rows."""
    title, X, y = load(name, sizes.quick)
    rows = sizes.table_rows if n_source is None else (n_source, *sizes.table_rows[1:])
    return draw(title, X, y, seed, *rows)
