"""weight_arguments: weights of rows on their way to an estimator, which may be a Pipeline."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import has_fit_parameter

from skdvgs._utils.sklearn_compat import routing_is_enabled


def weight_arguments(estimator: Any, weights: NDArray[Any]) -> dict[str, Any] | None:
    """Return the fit arguments that hand weights to an estimator; None if it takes none.

    A Pipeline takes them where its last step does. With metadata routing enabled it, and every
    other meta-estimator, takes them where one of its parts requests them.
    """
    if has_fit_parameter(estimator, "sample_weight"):
        return {"sample_weight": weights}
    if routing_is_enabled():
        asks = get_routing_for_object(estimator).consumes("fit", ["sample_weight"])
        return {"sample_weight": weights} if asks else None
    if not isinstance(estimator, Pipeline):
        return None
    if any(hasattr(step, "fit_resample") for _, step in estimator.steps):
        return None  # it changes the number of rows, but not that of weights
    name, last = estimator.steps[-1]
    found = weight_arguments(last, weights)
    return None if found is None else {f"{name}__{key}": given for key, given in found.items()}
