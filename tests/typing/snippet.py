"""What a user writes, and what type checkers are to make of it; read by test_types.py."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from torch import nn

from skdvgs import DVGSValuer, LowValueFilter, LowValueSampler, TargetSet
from skdvgs.exceptions import InvalidInputError
from skdvgs.metrics import noise_detection_auc
from skdvgs.plotting import ValueDistributionDisplay

if TYPE_CHECKING:
    from typing_extensions import assert_type


class Net(nn.Module):
    def __init__(self, n_features: int, n_outputs: int) -> None:
        super().__init__()
        self.layer = nn.Linear(n_features, n_outputs)


def value(X: npt.NDArray[np.float64], y: npt.NDArray[np.int64]) -> None:
    valuer = DVGSValuer(Net, similarity="cosine", n_restarts=2, lr=0.1, random_state=0)
    assert_type(valuer.fit(X, y, X_val=TargetSet(X, y)), DVGSValuer)
    assert_type(valuer.fit(X.tolist()).values_, npt.NDArray[np.float64])
    assert_type(valuer.standard_errors_, npt.NDArray[np.float64])
    assert_type(valuer.label_values_, npt.NDArray[np.float64])
    assert_type(valuer.target_loss_, npt.NDArray[np.float64])
    assert_type(valuer.n_checkpoints_, int)
    assert_type(valuer.converged_, bool)
    assert_type(valuer.task_, str)
    assert_type(valuer.engine_report_, dict[str, str])
    assert_type(valuer.score_samples(X, y), npt.NDArray[np.float64])
    assert_type(valuer.confidence_intervals(0.9), npt.NDArray[np.float64])
    assert_type(valuer.report("report.html", X, images=X), Path)
    valuer.values_frame(frame="polars").write_csv("values.csv")
    print(valuer.summary(), noise_detection_auc(valuer.values_, y == 0))
    ValueDistributionDisplay.from_estimator(valuer, y=y)


def clean(X: npt.NDArray[np.float64], y: npt.NDArray[np.int64]) -> None:
    rows = LowValueFilter(DVGSValuer(), fraction=0.1).fit(X, y)
    assert_type(rows, LowValueFilter)
    assert_type(rows.drop(X, y), tuple[Any, ...])
    X_kept, y_kept, weights = rows.drop(X, y, np.ones(len(y)))
    assert_type(rows.support_, npt.NDArray[np.bool_])
    assert_type(rows.threshold_, float)
    assert_type(rows.n_dropped_, int)
    assert_type(rows.values_, npt.NDArray[np.float64])
    assert_type(LowValueSampler().fit_resample(X_kept, y_kept), tuple[Any, Any])
    try:
        rows.get_support(indices=True)
    except InvalidInputError as error:
        assert_type(error.args, tuple[Any, ...])
    print(weights)


def wrong(X: npt.NDArray[np.float64]) -> None:
    DVGSValuer(n_restart=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    DVGSValuer("cosine", "cosine")  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
    LowValueFilter(fraction=[0.1])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    DVGSValuer().values_frame(frame="dask")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
