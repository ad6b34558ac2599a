"""DVGSValuer: from training rows to one value each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from joblib import Parallel, delayed
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions

from ._inputs import scale_features
from ._job import TrajectoryJob, TrajectoryResult, run_job, threads_a_job
from ._net import check_net, task_of_net
from ._reading import (
    all_or_nothing,
    read_features,
    read_target_features,
    read_target_y,
    read_y,
)
from ._scoring import ScoringOptions
from ._similarity import SIMILARITIES
from ._statistics import mean_over_trajectories
from ._target import Fold, check_classes, check_scale, cross_fit, given_target, unpack_target
from ._task import TASKS, Rows, make_task


class DVGSValuer(BaseEstimator):
    """Value training rows by how their gradients agree with those of a trusted target set.

    A network is trained on the target set. At checkpoints along the way each source row's own
    gradient is compared with the target gradient, and the row's value is the mean similarity.
    A row that pulls the network where the target set pulls it has a high value; a mislabelled
    or corrupted row pulls elsewhere and has a low one.

    Read more in the :ref:`User Guide <user_guide>`.

    Parameters
    ----------
    net : None, torch.nn.Module subclass or skorch.NeuralNet, default=None
        The network to train. None is a network with one hidden layer on quantile-scaled
        features (an autoencoder when there are no labels). A Module subclass is wrapped in
        skorch with the settings below; its ``__init__`` is given ``n_features`` and
        ``n_outputs`` if it has parameters of these names. A skorch net keeps its own
        optimiser, criterion, callbacks and batch size and sees X unscaled, as float32 (as
        int64 where X holds integers and the module starts with an embedding). Its module must
        be a class, not an instance. skorch's default of hiding a fifth of the rows for
        validation is switched off unless a callback monitors a validation score.
    similarity : {'cosine', 'dot', 'projection', 'euclidean'} or callable, default='cosine'
        How a row's gradient g is compared with the target gradient t: cosine of their angle
        (in [-1, 1]), dot product, length of g along t, or minus their distance. A callable
        takes ``(dot, norm, target_norm)``: arrays of shape (n,), (n,) and a float, and returns
        an array of shape (n,), higher for better rows.
    weighting : {'auto', 'uniform', 'gradient_norm'}, default='auto'
        Weights of the checkpoints in the mean. 'uniform' is the paper's. 'gradient_norm'
        weights each by the length of its target gradient, so that checkpoints where the
        target set is fitted and its gradient is mostly noise count little. 'auto' is
        'gradient_norm' for the default network and 'uniform' for a net of one's own, which
        with ``similarity='cosine'`` is exactly the method of the paper.
    n_restarts : int, default=1
        Networks trained from fresh weights, per target set; values are means over them.
    max_epochs, lr, batch_size : int, float and int, default=None
        Training on the target set, as skorch means them. None leaves a skorch net's own
        setting, and is 100 epochs, 0.001 and 64 otherwise.
    compute_every : int, default=1
        Optimiser steps from one checkpoint to the next.
    cv : int, cross-validation generator or iterable, default=5
        Used when no target set is given: each fold in turn is the target set and values all
        the other rows; a row's value is its mean over the folds it is not in. Folds of an int
        are shuffled, and stratified for classes.
    class_weight : None, 'balanced' or dict of label to float, default=None
        Weights of the classes in the *target* loss. Source rows are never weighted.
    task : {'auto', 'classification', 'regression', 'reconstruction'}, default='auto'
        What y means. 'auto' goes by a skorch net's kind, else by
        :func:`sklearn.utils.multiclass.type_of_target`, which takes whole numbers for classes;
        whole numbers stored as floats with more than 20 distinct values are targets.
    layers : None, 'last', str or sequence of str, default=None
        Compare the gradients of some layers only: the last with parameters, or glob patterns
        of layer or parameter names.
    engine : {'auto', 'general'}, default='auto'
        How per-sample gradient terms are computed; see :class:`skdvgs.gradients.GradientEngine`.
        'general' forms every per-sample gradient: slow, for comparison.
    source_batch_size : int or 'auto', default='auto'
        Source rows scored at a time. It changes speed and memory, values only by rounding.
    device : str, torch.device or None, default=None
        Where to compute, e.g. 'cuda'. None leaves a skorch net's own, and is 'cpu' otherwise.
    n_jobs : int or None, default=None
        Restarts and folds computed at a time, by joblib. Values do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Folds, weights, order of batches and dropout. An int makes values repeatable bit for bit.
    verbose : int, default=0
        1 prints a line for each trajectory.

    Attributes
    ----------
    values_ : ndarray of shape (n_samples,), float64
        The value of each row; higher is better. In [-1, 1] for cosine.
    n_checkpoints_ : int
        Checkpoints scored, over all trajectories.
    target_loss_ : ndarray of shape (n_trajectories, n_checkpoints), float64
        Loss of the target batch at each checkpoint; NaN where a trajectory was shorter. Rows
        are restarts within folds.
    net_ : skorch.NeuralNet
        The net as trained on the last trajectory.
    engine_report_ : dict of str to str
        For each parameter of the network, which path of the engine served it.
    task_ : str
        What was learnt: 'classification', 'multilabel', 'regression' or 'reconstruction'.
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted. Only for classes.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has names that are all strings.

    Raises
    ------
    InvalidInputError
        A ``ValueError``; in fit, before any training, for data or a net that do not fit.
    UnsupportedModuleError
        A ``ValueError``; for networks whose rows have no gradient of their own.
    TrainingDivergedError
        If the target loss becomes NaN or infinite.

    See Also
    --------
    LowValueFilter : Replaces low-valued rows inside a scikit-learn Pipeline.
    LowValueSampler : Removes them inside an imbalanced-learn Pipeline.

    Notes
    -----
    With checkpoints t, parameters θ_t, target gradient g_t and loss l_i of row i ([1]_, eq. 3):
    ``value_i = mean_t cos(∇l_i(θ_t), g_t)``. The source pass runs in evaluation mode, costs
    about one training pass over the source a checkpoint, and leaves training bit for bit as it
    would be without it. For regression y is standardised by the target set's mean and spread.

    References
    ----------
    .. [1] Evans, Mills, Wu, Song, McWeeney, "Data Valuation with Gradient Similarity",
       arXiv:2405.08217.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from skdvgs import DVGSValuer
    >>> X, y = load_iris(return_X_y=True)
    >>> y[:5] = 2  # five flowers get a wrong name
    >>> valuer = DVGSValuer(max_epochs=20, random_state=0).fit(X, y)
    >>> np.sort(np.argsort(valuer.values_)[:5])
    array([0, 1, 2, 3, 4])
    """

    # A target set belongs to the valuer wherever it stands, so it need not be asked for.
    __metadata_request__fit: ClassVar[dict[str, bool]] = {"X_val": True, "y_val": True}

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "net": "no_validation",
        "similarity": [StrOptions(set(SIMILARITIES)), callable],
        "weighting": [StrOptions({"auto", "uniform", "gradient_norm"})],
        "n_restarts": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left"), None],
        "lr": [Interval(Real, 0, None, closed="neither"), None],
        "batch_size": [Interval(Integral, 1, None, closed="left"), None],
        "compute_every": [Interval(Integral, 1, None, closed="left")],
        "cv": ["cv_object"],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "task": [StrOptions(set(TASKS))],
        "layers": [str, "array-like", None],
        "engine": [StrOptions({"auto", "general"})],
        "source_batch_size": [
            Interval(Integral, 1, None, closed="left"),
            StrOptions({"auto"}),
        ],
        "device": [str, torch.device, None],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        net: Any = None,
        *,
        similarity: str | Callable[..., Any] = "cosine",
        weighting: str = "auto",
        n_restarts: int = 1,
        max_epochs: int | None = None,
        lr: float | None = None,
        batch_size: int | None = None,
        compute_every: int = 1,
        cv: Any = 5,
        class_weight: str | dict[Any, float] | None = None,
        task: str = "auto",
        layers: str | Sequence[str] | None = None,
        engine: str = "auto",
        source_batch_size: int | str = "auto",
        device: Any = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        self.net = net
        self.similarity = similarity
        self.weighting = weighting
        self.n_restarts = n_restarts
        self.max_epochs = max_epochs
        self.lr = lr
        self.batch_size = batch_size
        self.compute_every = compute_every
        self.cv = cv
        self.class_weight = class_weight
        self.task = task
        self.layers = layers
        self.engine = engine
        self.source_batch_size = source_batch_size
        self.device = device
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        X_val: Any = None,
        y_val: ArrayLike | None = None,
    ) -> DVGSValuer:
        """Train on the target set and value every row of X.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Source rows. A net of one's own may take more dimensions, e.g. images.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Labels or targets. None values rows by how an autoencoder reconstructs them.
        X_val : array-like of shape (n_target, n_features) or TargetSet, default=None
            Features of the trusted target set, on the scale of X. None takes each fold of X
            in turn as the target set; see ``cv``. Where scikit-learn slices arrays of X's
            length in cross-validation, pass a TargetSet, or a tuple of this one array.
        y_val : array-like of shape (n_target,) or (n_target, n_outputs), default=None
            Labels or targets of the target set.

        Returns
        -------
        self : object
            Fitted valuer.
        """
        with all_or_nothing(self):
            return self._fit(X, y, X_val, y_val)

    def _fit(self, X: Any, y: Any, X_val: Any, y_val: Any) -> DVGSValuer:
        check_net(self.net)
        source, target = self._read(X, y, X_val, y_val)
        random_state = check_random_state(self.random_state)
        input_seed, fold_seed = random_state.randint(2**31 - 1, size=2).tolist()
        folds = self._folds(source, target, fold_seed)
        if self.net is None:
            source, target = scale_features(source, target, input_seed)
        seeds = random_state.randint(2**31 - 1, size=(len(folds), self.n_restarts)).tolist()
        jobs = [
            self._job(source, target, fold, seed, f"restart {restart} of fold {number}")
            for number, fold in enumerate(folds)
            for restart, seed in enumerate(seeds[number])
        ]
        threads = threads_a_job(len(jobs), jobs[0].check() * len(source.X))
        results = Parallel(n_jobs=self.n_jobs, prefer="processes")(
            delayed(run_job)(job, threads, bool(self.verbose)) for job in jobs
        )
        self._keep(jobs, results, len(source.X))
        return self

    def _read(self, X: Any, y: Any, X_val: Any, y_val: Any) -> tuple[Rows, Rows | None]:
        """Check both sets before any work starts."""
        X_val, y_val = unpack_target(X_val, y_val)
        X = read_features(self, X, self.net)
        kind, y = read_y(y, len(X), task_of_net(self.net, self.task))
        source = Rows(X, y, kind)
        if X_val is None:
            return source, None
        X_val = read_target_features(self, X_val, X, self.net)
        y_val = read_target_y(y_val, len(X_val), kind, y)
        check_scale(X, X_val)
        return source, Rows(X_val, y_val, kind)

    def _folds(self, source: Rows, target: Rows | None, seed: int) -> list[Fold]:
        if source.kind == "classification":
            check_classes(source.y, source.y if target is None else target.y)
        if target is not None:
            return given_target(len(source.X))
        return cross_fit(source.X, source.y, source.kind, self.cv, seed)

    def _job(
        self, source: Rows, target: Rows | None, fold: Fold, seed: int, name: str
    ) -> TrajectoryJob:
        if fold.target is not None:
            target = source.take(fold.target)
        assert target is not None
        similarity = self.similarity
        weighting = "gradient_norm" if self.net is None else "uniform"
        options = ScoringOptions(
            similarity=SIMILARITIES[similarity] if isinstance(similarity, str) else similarity,
            weighting=weighting if self.weighting == "auto" else self.weighting,
            engine=self.engine,
            layers=self.layers,
            source_batch_size=self.source_batch_size,
            needs_norms=similarity != "dot",
        )
        settings = {key: getattr(self, key) for key in ("lr", "max_epochs", "batch_size", "device")}
        return TrajectoryJob(
            net=self.net,
            task=make_task(source, target),
            source=source,
            target=target,
            rows=fold.source,
            settings=settings,
            class_weight=self.class_weight,
            options=options,
            compute_every=self.compute_every,
            seed=seed,
            name=name,
        )

    def _keep(
        self, jobs: list[TrajectoryJob], results: list[TrajectoryResult], n_samples: int
    ) -> None:
        """Set the fitted attributes, all at the end: a fit that fails leaves none."""
        means = [result.means for result in results]
        self.values_ = mean_over_trajectories(means, [job.rows for job in jobs], n_samples)
        longest = max(len(result.losses) for result in results)
        self.target_loss_ = np.full((len(results), longest), np.nan)
        for row, result in zip(self.target_loss_, results, strict=True):
            row[: len(result.losses)] = result.losses
        self.n_checkpoints_ = sum(len(result.losses) for result in results)
        self.engine_report_ = results[-1].report
        self.net_ = jobs[-1].rebuild(results[-1])
        self.task_ = jobs[0].task.kind
        if jobs[0].task.classes is not None:
            self.classes_ = jobs[0].task.classes
        elif hasattr(self, "classes_"):
            del self.classes_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.target_tags.multi_output = True
        return tags
