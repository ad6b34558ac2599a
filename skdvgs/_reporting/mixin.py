"""ReportingMixin: the methods by which valuer, filter and sampler show their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skdvgs._reporting.fit_rows import FitRows, FrameKind
from skdvgs._reporting.frames import make_values_frame
from skdvgs._reporting.report.page import make_page
from skdvgs._reporting.report.summary import Summary
from skdvgs._reporting.review.decisions import read_review
from skdvgs._utils.atomic_write import atomic_write, check_writable
from skdvgs._utils.types import Floats, Table
from skdvgs.exceptions import StorageError

if TYPE_CHECKING:
    import os
    from pathlib import Path


class ReportingMixin:
    """Methods that show the values of a fitted estimator to people."""

    values_: Floats
    _given: FitRows

    def values_frame(self, *, frame: FrameKind | None = None) -> Any:
        """Return the values in a dataframe, one row for each row of X.

        Parameters
        ----------
        frame : {'pandas', 'polars'}, default=None
            Library of the dataframe. None is that of X in fit, and pandas for arrays.

        Returns
        -------
        values : DataFrame
            In the order of X. A pandas dataframe has the index of X. Its columns are

            - `value`: higher is better;
            - `standard_error`: that of the value; NaN (null in polars) if it is not known;
            - `value_NAME`: the value for the target set NAME, if there are several;
            - `rank`: 1 for the lowest value; of equal values the earlier row ranks lower;
            - `label`: the y of fit, or `target` if it is a quantity; numbered `label_0`,
              `label_1`, ... if there are several columns; left out if there was no y;
            - `suggested_label`: the label that suits the row best, if labels are suggested;
            - `dropped`: of a filter or sampler, whether it drops the row;
            - `is_low`: of a valuer, which drops nothing, whether ``LowValueFilter(valuer)`` would
              drop the row; of a sampler that relabels, whether it does so.

        Raises
        ------
        MissingDependencyError
            An ``ImportError``, if the dataframe library is not installed.
        InvalidInputError
            A ``ValueError``. If `frame` is not one of these.
        """
        check_is_fitted(self, "values_")
        return make_values_frame(self, frame)

    def report(
        self,
        path: str | os.PathLike[str],
        X: Table | None = None,
        y: ArrayLike | None = None,
        *,
        X_val: Table | None = None,
        images: ArrayLike | None = None,
        images_val: ArrayLike | None = None,
        image_shape: tuple[int, ...] | None = None,
        n_rows: int = 200,
        title: str | None = None,
        review: str | os.PathLike[str] | None = None,
    ) -> Path:
        """Write a page to read and to send to others: one HTML file that needs no network.

        It says what was done and where the cut lies, and shows the distribution of the values, the
        target loss, the health of each class, and the rows of lowest value in a table to sort and
        search. With the default network each row unfolds into its explanation. For each row one
        can tick what to do with it, and save that as a review file for
        :func:`skdvgs.apply_review`.

        Parameters
        ----------
        path : path-like
            The file to write. If it exists it is replaced, once the whole page is written.
        X : array-like or dataframe of shape (n_samples, n_columns), default=None
            Features to show beside the values, as fit keeps none. Pass the X of fit, or better the
            table from which it was made, before columns were encoded and scaled. The rows must be
            those of fit, in the same order. None shows no features.
        y : array-like of shape (n_samples,), default=None
            Labels to show, for example names instead of codes. None shows those of fit.
        X_val : array-like or dataframe of shape (n_target, n_columns), default=None
            Features of the target rows, to show in explanations. None shows none.
        images : array-like of shape (n_samples, ...), default=None
            Images to show as thumbnails, in a layout that
            :class:`~skdvgs.plotting.LowestImagesDisplay` takes. An X of more than two dimensions
            is read as images.
        images_val : array-like of shape (n_target, ...), default=None
            Images of the target rows, to show in explanations.
        image_shape : tuple of int, default=None
            Shape of one image, if the rows of `images` are flat and not square.
        n_rows : int, default=200
            How many rows to list, the lowest first.
        title : str, default=None
            Heading of the page.
        review : path-like, default=None
            A review file to start from: its decisions are ticked on the page.

        Returns
        -------
        path : pathlib.Path
            The file that was written.

        Raises
        ------
        InvalidInputError
            A ``ValueError``. If the data do not have the rows of fit, no file can be put there, or
            the review cannot be read.
        MissingDependencyError
            An ``ImportError``, if matplotlib is not installed.
        """
        check_is_fitted(self, "values_")
        place = check_writable(path)
        page = make_page(
            self,
            X,
            y,
            X_val=X_val,
            images=images,
            images_val=images_val,
            image_shape=image_shape,
            n_rows=n_rows,
            title=title,
            review=None if review is None else read_review(review),
        )
        try:
            with atomic_write(place, "w", encoding="utf-8", newline="\n") as file:
                file.write(page)
        except OSError as error:
            raise StorageError(
                f"{place} could not be written: {error.strerror or error}. The report is there "
                "whole or not at all. Make room, or give another path."
            ) from error
        return place

    def summary(self, n_rows: int = 10) -> Summary:
        """Return what was found, to look at in a terminal or in a notebook.

        Parameters
        ----------
        n_rows : int, default=10
            How many rows of lowest value to show.

        Returns
        -------
        summary : Summary
            Plain text if it is printed. A notebook shows it as a table, with the distribution of
            the values if matplotlib is installed.
        """
        check_is_fitted(self, "values_")
        return Summary(self, n_rows)
