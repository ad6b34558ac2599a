"""One trajectory from beginning to end: a restart on one target set, in any process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import skorch
import torch
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor, nn

from ._net import build_net, check_output, initialize, read_output, shape_targets
from ._scoring import ScoringOptions, SourceScorer
from ._task import Rows, Task
from ._trajectory import Start, follow, seeded
from .exceptions import InvalidInputError

# Multiply-adds of a source pass below which one thread is as fast as two.
_WORK_FOR_THREADS = 10**8


@dataclass(frozen=True)
class TrajectoryResult:
    """What a trajectory sends back: arrays, so that a net defined in a notebook can run anywhere.

    Attributes
    ----------
    means : array of shape (n_rows,)
        Mean similarity of each row it valued.
    losses : array of shape (n_checkpoints,)
        Target loss at each checkpoint.
    report : dict of str to str
        The engine's path for each parameter.
    state : dict of str to array
        The trained weights.
    history : list of dict
        skorch's record of the training.
    """

    means: NDArray[np.float64]
    losses: NDArray[np.float64]
    report: dict[str, str]
    state: dict[str, NDArray[Any]]
    history: Any


@dataclass(frozen=True)
class TrajectoryJob:
    """All that one trajectory needs.

    Attributes
    ----------
    net : None, Module subclass or skorch net
        As the valuer got it.
    task : Task
        What is learnt, fixed on this target set.
    source, target : Rows
        All source rows, and the target set.
    rows : int array
        The source rows to value.
    settings : mapping
        ``lr``, ``max_epochs``, ``batch_size``, ``device``; None leaves the net's own.
    class_weight : None, 'balanced' or dict
        Of the target loss.
    options : ScoringOptions
    compute_every, seed : int
    name : str
        For messages.
    """

    net: Any
    task: Task
    source: Rows
    target: Rows
    rows: NDArray[np.intp]
    settings: Mapping[str, Any]
    class_weight: Any
    options: ScoringOptions
    compute_every: int
    seed: int
    name: str

    def check(self) -> int:
        """Find what is wrong with the net and the data together, before training starts.

        Returns
        -------
        int
            Parameters of the net.
        """
        net = self._build()
        with seeded(self.seed, net.device):
            initialize(net)
            self._start(net)
        _check_batches(net, len(self.target.X))
        return sum(p.numel() for p in net.module_.parameters())

    def run(self) -> TrajectoryResult:
        """Train on the target set, scoring the source rows at every checkpoint."""
        net = self._build()
        scorers: list[SourceScorer] = []

        def start(net: skorch.NeuralNet) -> Start:
            X, y, scorer = self._start(net)
            scorers.append(scorer)
            return Start(X, y, scorer.visit)

        recorded = follow(net, self.seed, start, self.compute_every, self.name)
        return TrajectoryResult(
            means=scorers[0].mean.means(),
            losses=recorded.loss_array(),
            report=scorers[0].engine.report,
            state={name: to_numpy(value) for name, value in net.module_.state_dict().items()},
            history=net.history,
        )

    def rebuild(self, result: TrajectoryResult) -> skorch.NeuralNet:
        """The trained net, from the weights a run sent back."""
        net = self._build()
        with seeded(self.seed, net.device):
            initialize(net)
        net.module_.load_state_dict({k: torch.as_tensor(v) for k, v in result.state.items()})
        net.history = result.history
        return net

    def _build(self) -> skorch.NeuralNet:
        n_features = int(np.prod(self.source.X.shape[1:]))
        return build_net(self.net, self.task, n_features, self.settings, self._class_weights())

    def _start(self, net: skorch.NeuralNet) -> tuple[Any, Any, SourceScorer]:
        """Target set and scorer for a net whose weights are drawn."""
        output = read_output(net, self.target.X[:2])
        check_output(net, output, self.task)
        y_target, y_source = (
            shape_targets(net, self.task.encode(rows), output, self.task)
            for rows in (self.target, self.source)
        )
        scorer = SourceScorer(net, self.source.X, y_source, self.rows, self.options)
        return self.target.X, y_target, scorer

    def _class_weights(self) -> Tensor | None:
        """Weights in the order of the classes; 1 for a class the target set lacks."""
        if self.class_weight is None:
            return None
        if self.task.kind != "classification":
            raise InvalidInputError(
                f"class_weight={self.class_weight!r} was given but the task is {self.task.kind}. "
                "Only classes have weights. Leave class_weight=None."
            )
        classes = np.asarray(self.task.classes)
        present = np.unique(self.target.y)
        weights = np.ones(len(classes))
        weights[np.isin(classes, present)] = compute_class_weight(
            self.class_weight, classes=present, y=self.target.y
        )
        return torch.as_tensor(weights, dtype=torch.float32)


def threads_a_job(n_jobs: int, work: int) -> int:
    """Torch threads for each of some trajectories, whatever the number of workers.

    A lone one may use every thread, where its work (rows × parameters a checkpoint) is worth
    waking them. Several use one each: sums are then taken in the same order in any worker, and
    workers do not crowd each other.
    """
    return torch.get_num_threads() if n_jobs == 1 and work > _WORK_FOR_THREADS else 1


def run_job(job: TrajectoryJob, threads: int, verbose: bool) -> TrajectoryResult:
    """Run a job with a fixed number of torch threads."""
    with thread_limit(threads):
        result = job.run()
    if verbose:
        done = f"{len(result.losses)} checkpoints, {len(job.rows)} rows"
        print(f"[skdvgs] {job.name}: {done}", flush=True)  # noqa: T201
    return result


@contextmanager
def thread_limit(threads: int) -> Iterator[None]:
    """Compute with some torch threads, then with as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def to_numpy(value: Tensor) -> NDArray[Any]:
    """A tensor as an array; numpy has no bfloat16."""
    value = value.detach().cpu()
    return (value.float() if value.dtype == torch.bfloat16 else value).numpy().copy()


def _check_batches(net: skorch.NeuralNet, n_target: int) -> None:
    """Batch norm cannot train on a batch of one row; say so before it happens.

    Raises
    ------
    InvalidInputError
        If the last batch of an epoch would hold one row.
    """
    norms = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
    size = net.batch_size if net.batch_size > 0 else n_target
    last_dropped = net.get_params().get("iterator_train__drop_last", False)
    if net.train_split is not None or last_dropped or n_target % size != 1:
        return
    if any(isinstance(layer, norms) and layer.affine for layer in net.module_.modules()):
        raise InvalidInputError(
            f"{n_target} target rows in batches of {size} leave a last batch of one row, on which "
            "batch norm cannot train. Change batch_size, or set iterator_train__drop_last=True "
            "in the skorch net."
        )
