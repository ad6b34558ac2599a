"""Other ways to value rows, in a few clear lines each, to stand beside DVGS.

They take ``X, y, X_val, y_val`` and return one value for each row of X; higher is better.
"""

from .data_shapley import data_shapley
from .distance import neighbour_cosine, neighbour_distance, reconstruction_error
from .dvrl import dvrl
from .forests import out_of_bag, out_of_fold
from .knn_shapley import knn_shapley
from .leave_one_out import leave_one_out
from .utility import Utility

__all__ = [
    "Utility",
    "data_shapley",
    "dvrl",
    "knn_shapley",
    "leave_one_out",
    "neighbour_cosine",
    "neighbour_distance",
    "out_of_bag",
    "out_of_fold",
    "reconstruction_error",
]
