"""validation_rows: rows of skorch's predefined_split, encoded as the net is trained on them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import skorch
from numpy.typing import NDArray

from skdvgs._inputs.targets import read_y
from skdvgs._inputs.task import Rows, Task
from skdvgs._nets.output import CLASS_CRITERIA
from skdvgs.exceptions import InvalidInputError

_NO_FEATURES = np.empty((1, 0), dtype=np.float32)


def validation_rows(net: skorch.NeuralNet) -> Any:
    """The data set of a ``predefined_split``; None for any other split."""
    split = net.train_split
    return split.keywords.get("valid_ds") if isinstance(split, partial) else None


class EncodedRows(skorch.dataset.Dataset):  # type: ignore[misc]
    """A user's validation rows with labels and targets on the scale that the net learns.

    Without it a net of numbers, which learns standardised ones, would stop by the loss of others.

    Parameters
    ----------
    rows : data set
        Gives features and a label for each number.
    net : skorch net
        Whose criterion reads them.
    task : Task
        Kind of task, and its classes.
    """

    def __init__(self, rows: Any, net: skorch.NeuralNet, task: Task) -> None:
        super().__init__(rows, length=len(rows))
        self._rows, self._task = rows, task
        criterion = net.criterion if isinstance(net.criterion, type) else type(net.criterion)
        self._wants_number = not issubclass(criterion, CLASS_CRITERIA)

    def __getitem__(self, i: Any) -> tuple[Any, Any]:
        """Features as float32, and the encoded label."""
        x, y = self._rows[i]
        if isinstance(x, Mapping):
            x = {name: _single(part) for name, part in x.items()}
        else:
            x = _single(x)
        if self._task.kind == "reconstruction":
            return x, x
        encoded = self._task.encode(self._read(y))[0]
        wants_number = self._wants_number and self._task.kind != "tags"
        return x, encoded.astype(np.float32) if wants_number else encoded

    def _read(self, y: Any) -> Rows:
        label = np.asarray(y)[None]
        if self._task.kind == "classification":
            assert self._task.classes is not None
            # Labels of unlike kinds, such as names and numbers, are unequal.
            if label.tolist()[0] not in self._task.classes.tolist():
                raise InvalidInputError(
                    f"predefined_split gives the label {label[0]!r}, which y does not hold. Its "
                    f"labels are {self._task.classes.tolist()[:10]}. Give the validation rows the "
                    "same labels."
                )
            return Rows(_NO_FEATURES, label, "classification")
        kind = self._task.kind
        if kind == "regression":
            label = read_y(label.reshape(1, -1), 1, "regression", "y of predefined_split")[1]
        return Rows(_NO_FEATURES, label.reshape(1, *self._task.row_shape), kind)


def _single(part: Any) -> NDArray[Any]:
    array = np.asarray(part)
    return array.astype(np.float32) if array.dtype == np.float64 else array
