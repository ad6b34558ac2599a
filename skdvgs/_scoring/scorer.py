"""Value source rows at a checkpoint: dots and norms from the engine, similarities, means."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray
from skorch.utils import to_tensor
from torch import Tensor

from skdvgs._inputs.large.large_rows import LargeRows
from skdvgs._inputs.large.prefetch import read_ahead
from skdvgs._inputs.task import Rows
from skdvgs._nets.factory import TargetEncoder
from skdvgs._scoring.batches import (
    _parts,
    _writable,
    activation_bytes,
    best_batch_size,
)
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.loss import per_sample_loss
from skdvgs._scoring.pairs import ScoringRequest
from skdvgs._scoring.running_mean import RunningMean
from skdvgs._scoring.similarity import Similarity, TargetGradientScale
from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients import GradientEngine, evaluation_mode
from skdvgs.gradients._batches import map_batch
from skdvgs.gradients._general import out_of_memory

# A call of the engine takes as long as so much of a forward pass, counted as in `_sharing_pays`.
_CALL_COST = 7e6


_ROW_COST = 1e4


@dataclass(frozen=True)
class ScoringOptions:
    """How rows are compared; see DVGSValuer for the meaning of each."""

    similarity: Similarity
    weighting: str
    layers: str | Sequence[str] | None
    source_batch_size: int | str
    needs_norms: bool = True
    needs_typical_norm: bool = False


class SourceScorer:
    """Adds up the similarities of every pair of a row and a label, checkpoint by checkpoint.

    Parameters
    ----------
    net : skorch net
        Initialised. It is evaluated as it is at each checkpoint and left as it was.
    X : array or LargeRows of shape (n_samples, ...)
        Features of all rows.
    rows : int array of shape (n_pairs,)
        Row numbers to score, in this order.
    y : array of shape (n_pairs, ...) or callable
        The label of each pair, encoded as the net's criterion wants it; or what makes it of the
        features of a batch.
    options : ScoringOptions
        How rows are compared with the target gradient.
    target : tuple of arrays (X, y) or None
        The target set, encoded. Read only where the similarity needs its typical norm and the
        checkpoint does not bring it.
    n_labels : int
        So many pairs in a row are one row under different labels.
    """

    def __init__(
        self,
        net: skorch.NeuralNet,
        X: Any,
        rows: NDArray[np.intp],
        y: Any,
        options: ScoringOptions,
        target: tuple[Any, Any] | None = None,
        n_labels: int = 1,
    ) -> None:
        self._net, self._X, self._y, self._target = net, X, y, target
        self._rows, self._n_labels = rows, 1
        self._options = options
        self.mean = RunningMean(len(rows))
        self.target_scale = TargetGradientScale(float("nan"))
        loss, self._loss_reads_x = per_sample_loss(net)
        infer = None if type(net).infer is skorch.NeuralNet.infer else net.infer
        self.engine = GradientEngine(net.module_, loss, layers=options.layers, forward=infer)
        is_auto = options.source_batch_size == "auto"
        row_bytes = self._row_bytes() if is_auto or n_labels > 1 else 0.0
        on_cpu = torch.device(net.device).type == "cpu"
        size = best_batch_size(row_bytes, cached=on_cpu) if is_auto else options.source_batch_size
        self._batch_size = int(size)
        if n_labels > 1 and self._sharing_pays(n_labels, row_bytes):
            self._rows, self._n_labels = rows[::n_labels], n_labels
            self._y = y.reshape(-1, n_labels, *y.shape[1:])
        self._all = len(self._rows) == len(X) and np.array_equal(self._rows, np.arange(len(X)))

    @property
    def batch_size(self) -> int:
        """Source rows scored at a time; fewer once memory has run out."""
        return self._batch_size

    @batch_size.setter
    def batch_size(self, size: int) -> None:
        """Set how many rows are scored at a time."""
        self._batch_size = size

    def score(
        self, checkpoint: Checkpoint, on_batch: Callable[[int, float], None] | None = None
    ) -> None:
        """Score every pair at a checkpoint, telling `on_batch` the share done."""
        compared = {
            name: checkpoint.gradient[name]
            for name in self.engine.parameter_names
            if name in checkpoint.gradient
        }
        with evaluation_mode(self._net.module_), untouched_random_state(self._net.device):
            self.target_scale = self._scale_of(compared, checkpoint)
            uniform = self._options.weighting == "uniform"
            self.mean.start_checkpoint(1.0 if uniform else self.target_scale.norm)
            for rows, dot, norm in self._source_batches(compared):
                self._check_finite(rows, dot, norm, checkpoint.number)
                pairs = slice(rows.start * self._n_labels, rows.stop * self._n_labels)
                similarity = self._options.similarity
                self.mean.add(pairs, similarity(dot.ravel(), norm.ravel(), self.target_scale))
                if on_batch is not None:
                    on_batch(checkpoint.number, rows.stop / len(self._rows))

    def _scale_of(self, compared: dict[str, Tensor], checkpoint: Checkpoint) -> TargetGradientScale:
        norm = float(sum(grad.double().square().sum() for grad in compared.values()) ** 0.5)
        typical = checkpoint.typical_norm
        if self._options.needs_typical_norm and np.isnan(typical):
            assert self._target is not None
            batches = self._in_batches(len(self._target[0]), self._target_batch, compared, 1)
            typical = float(np.median(np.concatenate([norms for _, _, norms in batches])))
        return TargetGradientScale(norm, typical)

    def _source_batches(
        self, compared: dict[str, Tensor]
    ) -> Iterator[tuple[slice, NDArray[np.float64], NDArray[np.float64]]]:
        return self._in_batches(len(self._rows), self._batch, compared, self._n_labels)

    def _in_batches(
        self,
        n: int,
        read: Callable[[slice], tuple[Any, Any]],
        compared: dict[str, Tensor],
        n_labels: int,
    ) -> Iterator[tuple[slice, NDArray[np.float64], NDArray[np.float64]]]:
        """Dots and norms of n rows, in smaller batches once memory has run out."""
        start = 0
        while start < n:
            parts = _parts(start, n, self._batch_size)
            for rows, (x, y) in self._all_read(parts, read):
                try:
                    x, y = self._on_device(x, y, n_labels)
                    find = self.engine.terms if n_labels == 1 else self.engine.terms_under
                    terms = find(x, y, compared, norms=self._options.needs_norms)
                except (RuntimeError, MemoryError) as error:
                    if self._batch_size == 1 or not out_of_memory(error):
                        raise
                    self._batch_size = max(1, (rows.stop - rows.start) // 2)
                    break
                dot = terms.dot.double().cpu().numpy()
                yield rows, dot, np.sqrt(terms.squared_norm.double().cpu().numpy())
                start = rows.stop

    def _all_read(
        self, parts: Iterator[slice], read: Callable[[slice], tuple[Any, Any]]
    ) -> Iterator[tuple[slice, tuple[Any, Any]]]:
        """Each part with what was read of it; ahead of time where reading takes time."""
        if isinstance(self._X, LargeRows):
            return read_ahead(parts, read)
        return ((part, read(part)) for part in parts)

    def _check_finite(
        self, rows: slice, dot: NDArray[np.float64], norm: NDArray[np.float64], number: int
    ) -> None:
        finite = np.isfinite(dot) & (np.isfinite(norm) | (not self._options.needs_norms))
        if not finite.all():
            bad = int(self._rows[rows.start + np.argmin(finite) // self._n_labels])
            raise InvalidInputError(
                f"The gradient of source row {bad} is not finite at checkpoint {number}. Its "
                "features or target are too large for float32. Scale them, or remove the row."
            )

    def _batch(self, rows: slice) -> tuple[Any, Any]:
        index = rows if self._all else self._rows[rows]  # a slice copies nothing
        x = self._X[index]
        return x, self._y(x) if callable(self._y) else self._y[rows]

    def _target_batch(self, rows: slice) -> tuple[Any, Any]:
        assert self._target is not None
        X, y = self._target
        return X[rows], y[rows]

    def _on_device(self, x: Any, y: Any, n_labels: int) -> tuple[Any, Any]:
        x, y = (to_tensor(_writable(part), device=self._net.device) for part in (x, y))
        if not self._loss_reads_x:
            return x, y
        if n_labels > 1:  # the same memory for every label
            return x, (y, map_batch(lambda t: t.unsqueeze(1).expand(-1, n_labels, *t.shape[1:]), x))
        return x, (y, x)

    def _row_bytes(self) -> float:
        x = to_tensor(_writable(self._X[self._rows[:2]]), device=self._net.device)
        with evaluation_mode(self._net.module_), untouched_random_state(self._net.device):
            return activation_bytes(self._net, x) / max(1, len(x))

    def _sharing_pays(self, n_labels: int, row_bytes: float) -> bool:
        """Whether one forward pass for all labels saves more than going back label by label."""
        if all(served.startswith("general") for served in self.engine.report.values()):
            return False
        n_pairs, size = len(self._rows), self._batch_size
        more_calls = math.ceil(n_pairs / n_labels / size) * n_labels - math.ceil(n_pairs / size)
        parameters = sum(p.numel() for p in self._net.module_.parameters())
        found: bool = more_calls * _CALL_COST < n_pairs * (_ROW_COST + parameters + row_bytes)
        return found


@contextmanager
def untouched_random_state(device: Any) -> Iterator[None]:
    """Keep training's random draws as they would be without scoring."""
    state = torch.get_rng_state()
    on_cuda = torch.device(device or "cpu").type == "cuda"
    cuda_states = torch.cuda.get_rng_state_all() if on_cuda else []
    try:
        yield
    finally:
        torch.set_rng_state(state)
        if on_cuda:
            torch.cuda.set_rng_state_all(cuda_states)


def make_scorer(
    net: skorch.NeuralNet,
    encode: TargetEncoder,
    request: ScoringRequest,
    options: ScoringOptions,
    target: tuple[Any, Any] | None = None,
) -> SourceScorer:
    """Make the scorer of every pair of a request.

    Parameters
    ----------
    net : skorch net
        Initialised.
    encode : TargetEncoder
        Brings labels to the form that the net's criterion wants.
    request : ScoringRequest
        Which rows to score, under which labels.
    options : ScoringOptions
        Similarity and weighting of the fit.
    target : tuple of arrays (X, y) or None
        The target set, encoded.
    """
    X, kind = request.source.X, request.kind
    rows, labels = request.pairs()
    if kind == "reconstruction":

        def encode_features(x: NDArray[Any]) -> Any:
            return encode(Rows(x, np.empty((len(x), 0)), kind))

        return SourceScorer(net, X, rows, encode_features, options, target)
    y = encode(Rows(X[:0], labels, kind))
    return SourceScorer(net, X, rows, y, options, target, request.n_labels)
