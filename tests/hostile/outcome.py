"""What comes of a fit: values that are values, or an error that says something."""

import warnings

import numpy as np

from skdvgs import DVGSValuer
from skdvgs.exceptions import SkdvgsWarning, TrainingDivergedError

from .bad_fits import Case


def outcome(case: Case) -> str:
    """Fit, and say what came of it: 'values', or the name of a clear error.

    Raises
    ------
    AssertionError
        If the values are not what values are, or the error says nothing.
    Exception
        Any that no user should see.
    """
    valuer = DVGSValuer(max_epochs=2, cv=2, random_state=0).set_params(
        **({"n_restarts": 2} | case.params)
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", SkdvgsWarning)
            # scikit-learn's own words on data it takes nevertheless.
            warnings.filterwarnings("ignore", message="A column-vector y was passed")
            warnings.filterwarnings("ignore", message="X (does not have|has) .*feature names")
            warnings.filterwarnings("ignore", message=".*class.* in y has only.*")
            valuer.fit(case.X, case.y, **case.target)
    except (ValueError, TypeError, TrainingDivergedError) as error:
        said = error
    else:
        said = None
    if said is not None:
        if len(str(said)) < 15 or hasattr(valuer, "values_"):
            raise AssertionError(f"{said!r} says nothing, or came too late") from said
        return type(said).__name__
    n = case.X.shape[0] if hasattr(case.X, "shape") else len(case.X)
    assert valuer.values_.shape == (n,)
    assert np.isfinite(valuer.values_).all()
    assert np.isnan(valuer.standard_errors_).all() or (
        np.isfinite(valuer.standard_errors_).all() and (valuer.standard_errors_ >= 0).all()
    )
    if valuer.similarity == "cosine":
        assert np.abs(valuer.values_).max() <= 1 + 1e-6
    is_unknown = np.isnan(valuer.low_fraction_) and valuer.low_threshold_ == 0.0
    assert is_unknown or 0.0 <= valuer.low_fraction_ <= 0.6
    if hasattr(valuer, "label_values_"):
        assert np.isfinite(valuer.label_values_).all()
    return "values"
