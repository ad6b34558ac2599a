"""From columns of any kind to numbers, without looking at the target."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

from skdvgs._utils.optional import import_optional
from skdvgs.exceptions import InvalidInputError

# Categories up to this many get a column each.
_MOST_CATEGORIES = 30


# Text that hardly ever repeats names a row or describes it; it is no category.
_FEWEST_OF_TEXT = 100


_MISSING = "(missing)"


Say = Callable[[str], None]


def encode(frame: Any, val: Any, encoder: str, say: Say) -> tuple[Any, Any]:
    """Return a table, and that of the trusted rows or None, as dataframes of numbers.

    Parameters
    ----------
    frame, val : pandas.DataFrame
        Features; val may be None.
    encoder : {'sklearn', 'skrub'}
        Who does it.
    say : callable
        Told what was done to the data.

    Raises
    ------
    InvalidInputError
        If no column is left.
    """
    frame, val = _plain(frame), None if val is None else _plain(val)
    if encoder == "skrub":
        vectorizer = import_optional("skrub", "The command line", "skrub").TableVectorizer()
        transformer: Any = make_pipeline(vectorizer, SimpleImputer(strategy="median"))
        _say_missing(frame, say)
    else:
        kinds = _kinds_of(frame)
        if kinds["text"]:
            say(
                f"left out {_listed(kinds['text'])}: almost every entry is different, as in names "
                "and free text. --encoder skrub reads text"
            )
        frame = _prepared(frame, kinds)
        val = None if val is None else _prepared(val, kinds)
        _say_missing(frame[kinds["number"]], say)
        transformer = _make_transformer(kinds)
    if frame.shape[1] == 0:
        raise InvalidInputError("No column is left to learn from. Give a table with features.")
    with warnings.catch_warnings():
        # Columns without a single number, and categories that only the trusted rows have.
        warnings.simplefilter("ignore", UserWarning)
        encoded = _as_frame(transformer.fit_transform(frame), transformer)
        return encoded, None if val is None else _as_frame(transformer.transform(val), transformer)


def _plain(frame: Any) -> Any:
    """Columns with names of text and numbers without infinity."""
    frame = frame.set_axis(frame.columns.astype(str), axis=1)
    return frame.replace([np.inf, -np.inf], np.nan)


def _kinds_of(frame: Any) -> dict[str, list[str]]:
    pandas = import_optional("pandas", "The command line", "cli")
    kinds: dict[str, list[str]] = {"number": [], "few": [], "many": [], "text": []}
    for name in frame.columns:
        column = frame[name]
        n_distinct = column.nunique()
        if n_distinct <= 1 and not column.isna().any():
            continue  # says nothing
        types = pandas.api.types
        if types.is_numeric_dtype(column) or types.is_datetime64_any_dtype(column):
            kinds["number"].append(name)
        elif n_distinct <= _MOST_CATEGORIES:
            kinds["few"].append(name)
        elif n_distinct > max(_FEWEST_OF_TEXT, 0.5 * len(column)):
            kinds["text"].append(name)
        else:
            kinds["many"].append(name)
    return kinds


def _prepared(frame: Any, kinds: dict[str, list[str]]) -> Any:
    """Return the columns that are used, as floats and as text."""
    pandas = import_optional("pandas", "The command line", "cli")
    columns = {}
    for name in kinds["number"]:
        column = frame[name]
        if pandas.api.types.is_datetime64_any_dtype(column):
            days = (column - column.min()) / pandas.Timedelta(days=1)
            columns[name] = days.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            numbers = pandas.to_numeric(column, errors="coerce")
            columns[name] = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    for name in [*kinds["few"], *kinds["many"]]:
        text = frame[name].astype(object)
        columns[name] = text.where(frame[name].notna(), _MISSING).astype(str).to_numpy(object)
    return pandas.DataFrame(columns)


def _make_transformer(kinds: dict[str, list[str]]) -> Any:
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return ColumnTransformer(
        [
            ("number", SimpleImputer(strategy="median", add_indicator=True), kinds["number"]),
            ("few", one_hot, kinds["few"]),
            ("many", ordinal, kinds["many"]),
        ],
        verbose_feature_names_out=False,
    )


def _as_frame(encoded: Any, transformer: Any) -> Any:
    pandas = import_optional("pandas", "The command line", "cli")
    names = transformer.get_feature_names_out()
    values = encoded.to_numpy() if hasattr(encoded, "to_numpy") else np.asarray(encoded)
    return pandas.DataFrame(np.asarray(values, dtype=np.float32), columns=names)


def _say_missing(frame: Any, say: Say) -> None:
    missing = frame.isna().sum()
    found = missing[missing > 0]
    if len(found):
        say(
            f"filled in {int(found.sum()):,} missing entries by the median of their column: "
            f"{_listed(list(found.index))}"
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more columns"
