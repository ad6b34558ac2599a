"""SourceScorer: values source rows at a checkpoint, by dots and norms from the engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray
from torch import Tensor

from skdvgs._inputs.large.large_rows import LargeRows
from skdvgs._inputs.large.prefetch import read_ahead
from skdvgs._inputs.task import Rows
from skdvgs._nets.factory import TargetEncoder
from skdvgs._nets.output import rows_on_device
from skdvgs._nets.undisturbed import undisturbed
from skdvgs._scoring.batches import (
    _parts,
    activation_bytes,
    best_batch_size,
    on_device,
)
from skdvgs._scoring.checkpoint import Checkpoint
from skdvgs._scoring.engines import Engines
from skdvgs._scoring.loss import per_sample_loss
from skdvgs._scoring.options import ScoringOptions
from skdvgs._scoring.pairs import ScoringRequest
from skdvgs._scoring.resident import resident
from skdvgs._scoring.running_mean import RunningMean
from skdvgs.exceptions import InvalidInputError
from skdvgs.gradients._batches import count_rows
from skdvgs.gradients._general import out_of_memory

# A call of the engine takes as long as so much of a forward pass, counted as in `_sharing_pays`.
_CALL_COST = 7e6
_ROW_COST = 1e4


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
    like : SourceScorer or None
        A scorer of the same net, whose engines and batch size serve here too.
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
        like: SourceScorer | None = None,
    ) -> None:
        self._net, self._y, self._target = net, y, target
        # Features are reconstructed from arrays.
        self._X = X if callable(y) else resident(X, net.device)
        self._rows, self._n_labels = rows, 1
        self._options = options
        self.mean = RunningMean(len(rows), options.n_targets)
        self.typical_norm = float("nan")
        loss, self._loss_reads_x = per_sample_loss(net)
        infer = None if type(net).infer is skorch.NeuralNet.infer else net.infer
        engines = None if like is None else like._engines
        self._engines: Engines = engines or Engines(net.module_, loss, options.layers, infer)
        self.engine = self._engines.current(to_score=False)
        asked = options.source_batch_size if like is None else like.batch_size
        is_auto = asked == "auto"
        row_bytes = self._row_bytes() if is_auto or n_labels > 1 else 0.0
        on_cpu = torch.device(net.device).type == "cpu"
        size = best_batch_size(row_bytes, on_cpu=on_cpu) if is_auto else asked
        self._batch_size = int(size)
        shares = n_labels > 1 and options.n_targets is None
        if shares and self._sharing_pays(n_labels, row_bytes):
            self._rows, self._n_labels = rows[::n_labels], n_labels
            self._y = y.reshape(-1, n_labels, *y.shape[1:])
        self._all = len(self._rows) == len(X) and np.array_equal(self._rows, np.arange(len(X)))

    @property
    def report(self) -> dict[str, str]:
        """Which path of the engine served each parameter."""
        return self._engines.report

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
        self.engine = self._engines.current()
        compared = {
            name: checkpoint.gradient[name]
            for name in self.engine.parameter_names
            if name in checkpoint.gradient
        }
        with undisturbed(self._net):
            lengths = self._lengths(compared)
            self.typical_norm = self._typical_norm(compared, checkpoint)
            self.mean.start_checkpoint(self._weight(checkpoint, lengths))
            for rows, dot, norm in self._source_batches(compared):
                self._check_finite(rows, dot, norm, checkpoint.number)
                pairs = slice(rows.start * self._n_labels, rows.stop * self._n_labels)
                similarities = self._options.similarities(dot, norm, lengths, self.typical_norm)
                self.mean.add(pairs, similarities)
                if on_batch is not None:
                    on_batch(checkpoint.number, rows.stop / len(self._rows))

    def _weight(self, checkpoint: Checkpoint, lengths: NDArray[np.float64]) -> Any:
        """How much a checkpoint counts: a number, or one for each target set."""
        weighting = self._options.weighting
        if weighting == "gradient_norm":
            return lengths
        if weighting == "uniform":
            return 1.0
        if math.isnan(checkpoint.learning_rate):
            raise InvalidInputError(
                "weighting='learning_rate' was given, but the optimiser has several learning "
                "rates. A checkpoint has one weight. Use one rate, or weighting='uniform'."
            )
        return checkpoint.learning_rate

    def _lengths(self, compared: dict[str, Tensor]) -> NDArray[np.float64]:
        """Norm of the target gradient: a number, or one for each target set."""
        n_targets = self._options.n_targets
        shape = () if n_targets is None else (n_targets,)
        squares = np.zeros(shape)
        for grad in compared.values():
            squares += grad.double().reshape(*shape, -1).square().sum(-1).cpu().numpy()
        lengths: NDArray[np.float64] = np.sqrt(squares)
        return lengths

    def _typical_norm(self, compared: dict[str, Tensor], checkpoint: Checkpoint) -> float:
        if not self._options.needs_typical_norm or not np.isnan(checkpoint.typical_norm):
            return checkpoint.typical_norm
        assert self._target is not None
        batches = self._in_batches(len(self._target[0]), self._target_batch, compared, 1)
        return float(np.median(np.concatenate([norms for _, _, norms in batches])))

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
        targets: Any = compared
        if self._options.n_targets is not None:
            targets = [
                {name: grad[k] for name, grad in compared.items()}
                for k in range(self._options.n_targets)
            ]
        while start < n:
            parts = _parts(start, n, self._batch_size)
            for rows, (x, y) in self._all_read(parts, read):
                try:
                    x, y = on_device(self._net, x, y, self._loss_reads_x, n_labels)
                    find: Any = self.engine.terms if n_labels == 1 else self.engine.terms_under
                    terms = find(x, y, targets, norms=self._options.needs_norms)
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
        finite = np.isfinite(dot).reshape(len(dot), -1).all(axis=1)
        if self._options.needs_norms:
            finite &= np.isfinite(norm).reshape(len(norm), -1).all(axis=1)
        if not finite.all():
            bad = int(self._rows[rows.start + np.argmin(finite)])
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

    def _row_bytes(self) -> float:
        x = rows_on_device(self._X[self._rows[:2]], self._net.device)
        with undisturbed(self._net):
            return activation_bytes(self._net, x) / max(1, count_rows(x))

    def _sharing_pays(self, n_labels: int, row_bytes: float) -> bool:
        """Whether one forward pass for all labels saves more than going back label by label."""
        if all(served.startswith("general") for served in self.engine.report.values()):
            return False
        n_pairs, size = len(self._rows), self._batch_size
        more_calls = math.ceil(n_pairs / n_labels / size) * n_labels - math.ceil(n_pairs / size)
        parameters = sum(p.numel() for p in self._net.module_.parameters())
        found: bool = more_calls * _CALL_COST < n_pairs * (_ROW_COST + parameters + row_bytes)
        return found


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
