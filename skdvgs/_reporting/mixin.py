"""Values as people look at them: methods that fitted valuers, filters and samplers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skdvgs._reporting.frames import make_values_frame
from skdvgs._reporting.report.page import write_report
from skdvgs._reporting.report.summary import Summary

if TYPE_CHECKING:
    import os
    from pathlib import Path
from skdvgs._reporting.fit_rows import FitRows, FrameKind


class ReportingMixin:
    """Methods that show the values of a fitted estimator to people."""

    _given: FitRows

    def values_frame(self, *, frame: FrameKind | None = None) -> Any:
        """Return the values in a dataframe, one row for each row of X.

        Parameters
        ----------
        frame : {'pandas', 'polars'}, default=None
            Kind of dataframe. None is the kind that X was in fit, and pandas for arrays.

        Returns
        -------
        values : DataFrame
            In the order of X; a pandas frame has the index of X. Its columns are

            - `value`: higher is better;
            - `standard_error`: of the value, NaN (null in polars) where there is none;
            - `rank`: 1 for the lowest value; of equal values the earlier row is the lower one;
            - `label`: the y of fit, as far as it was given; `target` where it is a number;
              `label_0`, `label_1`, ... where there are several;
            - `suggested_label`: the label that suits the row best, where labels are suggested;
            - `dropped`: whether a filter or sampler drops the row; for a valuer, whether
              ``LowValueFilter(valuer)`` would.

        Raises
        ------
        MissingDependencyError
            An ``ImportError``, if the dataframe library is not installed.
        InvalidInputError
            If `frame` is no kind of dataframe.
        """
        check_is_fitted(self, "values_")
        return make_values_frame(self, frame)

    def report(
        self,
        path: str | os.PathLike[str],
        X: Any = None,
        y: ArrayLike | None = None,
        *,
        images: ArrayLike | None = None,
        image_shape: tuple[int, ...] | None = None,
        n_rows: int = 200,
        title: str | None = None,
    ) -> Path:
        """Write a page to read and to send round: one HTML file that needs no network.

        It says what was done, shows the distribution of the values and the target loss, names
        the cut, and lists the rows of lowest value in a table that can be sorted and searched.

        Parameters
        ----------
        path : path-like
            The file to write, whole or not at all. One that exists is replaced.
        X : array-like or dataframe of shape (n_samples, n_columns), default=None
            Features to show beside the values, as fit keeps none: the X of fit, or better the
            table it was made from, before columns were encoded and scaled. The rows must be
            those of fit in the same order. None shows no features.
        y : array-like of shape (n_samples,), default=None
            Labels to show, where those of fit are codes. None shows those of fit.
        images : array-like of shape (n_samples, ...), default=None
            Images to show as thumbnails, in the layouts that
            :class:`~skdvgs.plotting.LowestImagesDisplay` takes. An X of more than two dimensions
            is taken for images.
        image_shape : tuple of int, default=None
            Shape of one image, where the rows of `images` are flat and not square.
        n_rows : int, default=200
            Rows to list, the lowest first.
        title : str, default=None
            Heading of the page.

        Returns
        -------
        path : pathlib.Path
            The file that was written.

        Raises
        ------
        InvalidInputError
            If the data do not have the rows of fit, or the file cannot be put there.
        MissingDependencyError
            An ``ImportError``, if matplotlib is not installed.
        """
        check_is_fitted(self, "values_")
        return write_report(
            self, path, X, y, images=images, image_shape=image_shape, n_rows=n_rows, title=title
        )

    def summary(self, n_rows: int = 10) -> Any:
        """Return what was found, to look at in a terminal or in a notebook.

        Parameters
        ----------
        n_rows : int, default=10
            Rows of lowest value to show.

        Returns
        -------
        summary : object
            Printed, it is plain text. A notebook shows it with the distribution of the values,
            where matplotlib is installed.
        """
        check_is_fitted(self, "values_")
        return Summary(self, n_rows)
