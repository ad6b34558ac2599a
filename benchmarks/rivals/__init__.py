"""Other ways to value rows, in a few clear lines each, to stand beside DVGS.

They take ``X, y``, most of them ``X_val, y_val`` too, and are of three kinds:

* *Chances*: class probabilities of each row of X, shape (n_samples, n_classes), by models that did
  not see the row; for numbers the predictions, shape (n_samples,). :func:`own_label`,
  :func:`margin` and :func:`residual` make values of them.
* *Values*: one number for each row of X; higher is better.
* *Cuts*: which rows are wrong, as a mask.

Classes are numbered 0, 1, ...; a ``y`` of floats holds numbers.
"""

from .chances import margin, own_label, residual, two_means
from .confident_learning import adjusted_own_label, find_label_issues
from .data_oob import data_oob
from .data_shapley import data_shapley
from .distance import neighbour_cosine, neighbour_distance, reconstruction_error
from .dvrl import dvrl
from .knn_shapley import knn_shapley
from .leave_one_out import leave_one_out
from .on_target import boosting_on_target, forest_on_target
from .out_of_sample import (
    boosting_out_of_fold,
    forest_out_of_bag,
    forest_out_of_fold,
    linear_out_of_fold,
    out_of_fold,
)
from .utility import Utility

__all__ = [
    "Utility",
    "adjusted_own_label",
    "boosting_on_target",
    "boosting_out_of_fold",
    "data_oob",
    "data_shapley",
    "dvrl",
    "find_label_issues",
    "forest_on_target",
    "forest_out_of_bag",
    "forest_out_of_fold",
    "knn_shapley",
    "leave_one_out",
    "linear_out_of_fold",
    "margin",
    "neighbour_cosine",
    "neighbour_distance",
    "out_of_fold",
    "own_label",
    "reconstruction_error",
    "residual",
    "two_means",
]
