"""DVGSValuer: from training rows to one value each."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import check_is_fitted

from skdvgs._fit.default_fit import DefaultFit, fit_default
from skdvgs._fit.fitted_trajectories import FittedTrajectories
from skdvgs._fit.parameters import ResolvedParameters, resolve_parameters
from skdvgs._fit.plan import make_plan
from skdvgs._fit.resume import open_fit_state, restore_folds, store_checkpoints
from skdvgs._fit.runner import run_restarts
from skdvgs._inputs.annotated import labels_of
from skdvgs._inputs.chunks import rows_and_labels
from skdvgs._inputs.features import (
    all_or_nothing,
    labels_within,
    read_new_features,
)
from skdvgs._inputs.large.dask_blocks import is_dask_array, score_blocks
from skdvgs._inputs.large.prefetch import fetch_ahead
from skdvgs._inputs.pred_probs import check_new_pred_probs, read_pred_probs
from skdvgs._inputs.read import FitData, read_fit_data
from skdvgs._inputs.targets import read_new_y
from skdvgs._inputs.task import TASKS, Features, Task
from skdvgs._nets.build import check_device, check_net, device_of, task_of_net
from skdvgs._nets.settings import check_workers
from skdvgs._reporting.explanation.mixin import ExplainingMixin
from skdvgs._reporting.fit_rows import remember_rows
from skdvgs._reporting.mixin import ReportingMixin
from skdvgs._reporting.trust_check import set_trust_check
from skdvgs._scoring.similarity import SIMILARITIES
from skdvgs._storage.checkpoint_dir import FitState
from skdvgs._storage.recorded_checkpoints import StoredFit
from skdvgs._utils.progress import Progress
from skdvgs._utils.sklearn_compat import fit_context
from skdvgs._utils.types import Device, Folding, Net, Seed
from skdvgs._values.convergence import enough_restarts
from skdvgs._values.low_fraction.gross import gross_share
from skdvgs._values.self_test import doubts, self_test_auc
from skdvgs._values.suggestions import LOW_THRESHOLD, suggested_codes
from skdvgs._values.uncertainty import Uncertainty
from skdvgs.exceptions import InvalidInputError, PoorRankingWarning

# Attributes that only some fits have: a second fit must not leave those of the first.
_SOMETIMES = (
    "classes_",
    "label_values_",
    "suggested_labels_",
    "low_threshold_",
    "typicality_",
    "target_trust_",
    "groups_",
    "values_by_target_",
    "target_names_",
    "label_noise_",
    "self_test_auc_",
)


class DVGSValuer(ExplainingMixin, ReportingMixin, BaseEstimator):  # type: ignore[misc]
    """Value training rows by how their gradients agree with those of a trusted target set.

    A network is trained, and the gradient of each source row is compared with the gradient of the
    target set. A row with a wrong label, or with corrupted features, pulls the network away from
    where the target set pulls it, and gets a low value.

    With the default network a value is the probability that the row's label or target is right;
    without labels, that the row is as the trusted rows.
    With a network of your own it is the mean similarity of gradients over the checkpoints of its
    training, as in the paper.

    The parameters come in five groups:

    - *the network*: `net`, `max_epochs`, `lr`, `batch_size`, `class_weight`;
    - *the method*: `by_class`, `similarity`, `weighting`, `compute_every`, `layers`, `task`, `cv`;
    - *when to stop*: `n_restarts`, `tol`;
    - *what is kept*: `suggest_labels`, `store_trajectory`, `checkpoint_dir`;
    - *how it runs*: `source_batch_size`, `device`, `n_jobs`, `random_state`, `verbose`.

    Read more in the :ref:`User Guide <user_guide>`.

    Parameters
    ----------
    net : None, 'paper', torch.nn.Module subclass or skorch.NeuralNet, default=None
        The network to train. None is the default network. For labels and targets it pools what
        several models say of each row without having seen it, and asks whether the given label
        fits; see :doc:`/user_guide/default_network`. Without labels it asks how well a row is
        reconstructed by others; see :doc:`/user_guide/without_labels`. 'paper' is the network of
        the paper's experiments on tables, trained as there: two hidden layers of 100, Mish,
        dropout, Adam with a rate of 0.001, 100 epochs, batches of 500. A Module subclass is wrapped
        in skorch with the settings below; its ``__init__`` is given ``n_features`` and
        ``n_outputs`` if it has parameters of these names. A skorch net keeps its own optimiser,
        criterion, callbacks and batch size. It sees X unscaled, as float32 (as int64 if X holds
        integers and the module starts with an embedding). Its module must be a class, not an
        instance. skorch's default of hiding a fifth of the rows for validation is switched off
        unless a callback monitors a validation score.
    max_epochs, lr, batch_size : int, float and int, default=None
        Training on the target set, as skorch means them. A batch size of -1 is all rows. None
        leaves a skorch net's own setting. The default network trains on all rows at once;
        `max_epochs` is then its number of checkpoints. Any other Module trains for 100 epochs with
        a rate of 0.001 and batches of 64.
    class_weight : None, 'balanced' or dict of label to float, default=None
        Weights of the classes in the *target* loss of a network of your own. Source rows are
        never weighted.
    by_class : bool, default=False
        For a network of your own: whether each class of the target set is a target of its own.
        The valuer then has a column for each in `values_by_target_`, which shows what a row does
        to which class.
    similarity : {'auto', 'cosine', 'discounted_cosine', 'dot', 'projection', 'euclidean', \
'influence'} or callable, default='auto'
        How the gradient g of a row is compared with the target gradient t, for a network of your
        own.

        - 'cosine': cosine of their angle, in [-1, 1].
        - 'dot': their dot product.
        - 'projection': length of g along t.
        - 'euclidean': minus the distance between them.
        - 'discounted_cosine': ``(1 + cos) / (1 + |g| / m)``, in [0, 2], with m the median norm of
          the target rows' own gradients. It suits regression, where a wrong target makes a long
          gradient rather than one of another direction.
        - 'influence': what training without the row would do to the target loss. The network is
          trained on source *and* target rows, and looked at once, at the end, in evaluation mode.
          The value is ``g · (G + λI)⁻¹ t``, with t the gradient of the mean loss of the target
          set, G the Gauss-Newton matrix of the mean loss of all n rows, and λ a tenth of its mean
          eigenvalue. Without the row the target loss is about ``value / n`` higher. See
          :doc:`/user_guide/questions`.
        - 'auto': 'cosine'.
        - callable: takes ``(dot, norm, target_norm)``, arrays of shape (n,), (n,) and a float, and
          returns an array of shape (n,). Higher must be better.
    weighting : {'auto', 'uniform', 'gradient_norm', 'learning_rate'}, default='auto'
        Weights of the checkpoints in the mean. 'uniform' is the paper's. 'gradient_norm' weights
        each checkpoint by the norm of its target gradient: once the target set is fitted, its
        gradient is mostly noise, and such checkpoints count little. 'learning_rate' weights it by
        the rate of the optimiser's step, as TracIn does with 'dot'. 'auto' is 'uniform': with
        cosine similarity exactly the method of the paper.
    compute_every : int, default=1
        Optimiser steps from one checkpoint to the next.
    layers : None, 'last', str or sequence of str, default=None
        Compare the gradients of some layers only: the last one with parameters, or glob patterns
        of layer or parameter names.
    task : {'auto', 'classification', 'tags', 'regression', 'reconstruction'}, default='auto'
        What y means. 'auto' goes by a skorch net's kind, else by
        :func:`sklearn.utils.multiclass.type_of_target`, which takes whole numbers for classes.
        Of more than 20 different whole numbers, however they are stored, only codes are classes:
        they count from 0 or 1, leave out hardly any number and repeat. Others are targets.
        'tags' is a class number for each of several positions of a row, for a network of your own
        with its own criterion; see :ref:`structured_rows`.
    cv : int, cross-validation generator or iterable, default=5
        For a network of your own, when no target set is given: each fold in turn is the target
        set and values all the other rows. The value of a row is its mean over the folds it is not
        in. The default network leaves out single rows, or groups, wherever it can, and takes
        folds for gradient boosting. Folds of an int are shuffled, stratified for classes, and cut
        no group. With anything but an int the default network leaves out the rows of a fold
        together.
    n_restarts : int or 'auto', default='auto'
        Networks trained for each target set, at most. Values are means over them. Networks of
        your own start from new weights each time. The default network draws everything random
        anew. 'auto' is 2 for it, and 1 for other networks.
    tol : float, None or 'auto', default='auto'
        For a network of your own: training stops early once the ranking is predicted to change by
        less than `tol`, measured as one minus the rank correlation with the values of all
        restarts and epochs. Restarts stop by the same measure. None never stops early. The
        default network only uses it for `converged_`. 'auto' is 0.02 for it, else None.
    suggest_labels : bool or 'auto', default='auto'
        Whether rows are also valued under every label, which tells which one suits them best.
        It costs a network of your own one pass over the source for each label. 'auto' does so
        for the default network, where it costs nothing.
    store_trajectory : bool, default=False
        Whether to keep the weights and the target gradient of every checkpoint, for
        `score_samples` and `label_values`. They are kept in memory, or in `checkpoint_dir` if one
        is given. The default network's few weights are kept in any case.
    checkpoint_dir : str, path-like or None, default=None
        A folder for this fit alone. The fit writes its progress there. If it is stopped, calling
        it again with the same parameters and data resumes it, and the values are those of a fit
        that never stopped, bit for bit. Calling it again after its end returns the stored result.
        With ``store_trajectory=True`` the checkpoints are written there as they come, so that
        memory never holds them all, and a pickled valuer holds only where they are. If the folder
        was moved, set this parameter to its new place. See :ref:`storage`.
    source_batch_size : int or 'auto', default='auto'
        Source rows scored at a time. It changes speed and memory, and values only by rounding.
    device : str, torch.device or None, default=None
        Where a network of your own computes, e.g. 'cuda'. None leaves a skorch net's own, and is
        'cpu' otherwise. The default network computes on the CPU.
    n_jobs : int or None, default=None
        Restarts and folds computed at a time, by joblib. Values do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Folds, weights, order of batches and dropout. An int makes values repeatable bit for bit.
    verbose : int, default=0
        1 shows a progress bar on standard error, with the time left if every restart is needed.

    Attributes
    ----------
    values_ : ndarray of shape (n_samples,), float64
        The value of each row; higher is better. With the default network the probability that the
        row's label or target is right, or without labels that the row is as the trusted ones, in
        [0, 1]. Cosines are in [-1, 1].
    standard_errors_ : ndarray of shape (n_samples,), float64
        Standard error of each value as an estimate of what ever more restarts would give. It
        leaves out that other rows might have been collected, and so does all that follows from it.

        - Default network for labels and targets: a jackknife over ten blocks of trees says how
          sure each row is. It holds the pool, the noise layer, ridges, landmarks and folds. All
          errors are then multiplied by one number, at least 1, so that their mean square is that
          of the spread between restarts, which differ by everything random in a fit. With one
          restart this number is 1 and the error covers the choice of trees alone.
        - Networks of your own: the spread between restarts ([2]_), which differ by weights and the
          order of batches, on the same folds; NaN for a row that only one restart has valued. So
          too for the default network without labels, and for tables of which it learns from some
          rows only, beyond 50,000.
    values_by_target_ : ndarray of shape (n_samples, n_targets), float64
        The value of each row for each of several target sets, or for each class with
        ``by_class=True``. `values_` is the mean of the columns. Only where there are several.
    target_names_ : ndarray of shape (n_targets,)
        Names of the target sets, or classes, in the order of these columns.
    label_values_ : ndarray of shape (n_samples, n_classes), float64
        With the default network the probability of each of `classes_` to be the right one, given
        the features and the given label. With a network of your own the value of each row under
        each label. Only where labels were to be suggested.
    suggested_labels_ : ndarray of shape (n_samples,)
        The label with the highest of these; with the default network, for a row below
        `low_threshold_`, the highest of those that it does not have. Only where labels were to be
        suggested.
    low_fraction_ : float
        Estimated share of rows whose label or target is wrong, in [0, 1]. Without labels the share
        that is unlike the target rows, or without a target set of gross outliers. With a network
        of your own it is what ``LowValueFilter(fraction="auto")`` drops. NaN where a
        :class:`~skdvgs.exceptions.NothingToLearnWarning` says that it cannot be known.
    low_threshold_ : float
        Value below which a row is more likely wrong than right: 0.5. It is where
        ``LowValueFilter(fraction="auto")`` cuts. Where nothing can be learnt about y it is 0, and
        no row is dropped. Only of the default network.
    typicality_ : ndarray of shape (n_samples,), float64
        How usual the features of each row are among the target rows, or among all rows without
        a target set, in [0, 1]. Only of the default network.
    target_trust_ : float
        Estimated share of target rows whose label or target is right, in [0, 1]. Only of the
        default network, with labels and a target set.
    groups_ : ndarray of shape (n_samples,), int
        Rows with one number were left out together: the `groups` that were passed, the folds of a
        `cv` that is no number, or near-duplicates that were noticed. Only of the default
        network, and only where rows were grouped.
    label_noise_ : ndarray of shape (n_classes, n_classes), float64
        Estimated probability of each given label (column) for each true class (row), in the
        order of `classes_`; rows sum to 1. A mean over restarts and checkpoints. Only of the
        default network, for classes.
    self_test_auc_ : float
        How well values tell right rows from copies of them with another label or target, in
        [0, 1]: the chance that the row has the higher value; 0.5 is chance. Below 0.7 a
        :class:`~skdvgs.exceptions.PoorRankingWarning` says so.

        - Default network: taken on target rows, of which there are at least 20; without a target
          set on source rows, corrected for those that are wrong.
        - A network of your own: for classes and one target set, on at most 50 target rows. It was
          trained on these rows, so that a high number proves little.
    n_checkpoints_ : int
        Checkpoints scored, over all trajectories.
    converged_ : bool
        Whether every trajectory, and the number of restarts, met `tol`; False without one, and
        where nothing can be learnt about y.
    target_loss_ : ndarray of shape (n_trajectories, n_checkpoints), float64
        Loss of the target batch at each checkpoint; NaN where a trajectory was shorter. Rows
        are restarts within folds. Of 'influence' that of the whole target set, at the end.
    net_ : skorch.NeuralNet
        The net as trained on the last trajectory.
    engine_report_ : dict of str to str
        For each parameter of the network, which path of the engine served it.
    task_ : str
        What was learnt: 'classification', 'multilabel', 'tags', 'regression' or
        'reconstruction'.
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted. Only for classes.
    n_features_in_ : int
        Number of features seen during `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features seen during `fit`. Only where `X` has names that are all strings.

    Raises
    ------
    InvalidInputError
        A ``ValueError``; in fit, before any training, for data or a net that do not fit.
    UnsupportedModuleError
        A ``ValueError``; for networks whose rows have no gradient of their own.
    TrainingDivergedError
        If the target loss becomes NaN or infinite.
    StorageError
        An ``OSError``; if a file cannot be written. What was written before is good.

    See Also
    --------
    LowValueFilter : Replaces low-valued rows inside a scikit-learn Pipeline.
    LowValueSampler : Removes them inside an imbalanced-learn Pipeline.

    Notes
    -----
    With checkpoints t, parameters θ_t, target gradient g_t and loss l_i of row i ([1]_, eq. 3) the
    value by a network of your own is ``value_i = mean_t cos(∇l_i(θ_t), g_t)``. The source pass
    runs in evaluation mode, costs about one training pass over the source a checkpoint, and
    leaves training bit for bit as it would be without it. For regression y is standardised by
    the target set's mean and spread.

    References
    ----------
    .. [1] Evans, Mills, Wu, Song, McWeeney, "Data Valuation with Gradient Similarity",
       arXiv:2405.08217.
    .. [2] Smyth, "Linear models and empirical Bayes methods for assessing differential
       expression in microarray experiments", SAGMB 3 (2004).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from skdvgs import DVGSValuer
    >>> X, y = load_iris(return_X_y=True)
    >>> y[:5] = 2  # five flowers get a wrong name
    >>> valuer = DVGSValuer(random_state=0).fit(X, y)
    >>> np.sort(np.argsort(valuer.values_)[:5])
    array([0, 1, 2, 3, 4])
    >>> valuer.suggested_labels_[:5]
    array([0, 0, 0, 0, 0])
    """

    n_features_in_: int
    feature_names_in_: NDArray[np.object_]

    # A target set belongs to the valuer wherever it stands, so it need not be asked for.
    __metadata_request__fit: ClassVar[dict[str, bool]] = {
        "X_val": True,
        "y_val": True,
        "groups": True,
        "pred_probs": True,
        "pred_probs_val": True,
    }

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "net": "no_validation",
        "max_epochs": [Interval(Integral, 1, None, closed="left"), None],
        "lr": [Interval(Real, 0, None, closed="neither"), None],
        "batch_size": [Interval(Integral, 1, None, closed="left"), Options(Integral, {-1}), None],
        "class_weight": [StrOptions({"balanced"}), dict, None],
        "by_class": ["boolean"],
        "similarity": [StrOptions({"auto", *SIMILARITIES}), callable],
        "weighting": [StrOptions({"auto", "uniform", "gradient_norm", "learning_rate"})],
        "compute_every": [Interval(Integral, 1, None, closed="left")],
        "layers": [str, "array-like", None],
        "task": [StrOptions(set(TASKS))],
        "cv": ["cv_object"],
        "n_restarts": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "tol": [Interval(Real, 0, 2, closed="neither"), StrOptions({"auto"}), None],
        "suggest_labels": ["boolean", StrOptions({"auto"})],
        "store_trajectory": ["boolean"],
        "checkpoint_dir": [str, os.PathLike, None],
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
        net: Net | str | None = None,
        *,
        max_epochs: int | None = None,
        lr: float | None = None,
        batch_size: int | None = None,
        class_weight: str | dict[Any, float] | None = None,
        by_class: bool = False,
        similarity: str | Callable[..., Any] = "auto",
        weighting: str = "auto",
        compute_every: int = 1,
        layers: str | Sequence[str] | None = None,
        task: str = "auto",
        cv: Folding = 5,
        n_restarts: int | str = "auto",
        tol: float | str | None = "auto",
        suggest_labels: bool | str = "auto",
        store_trajectory: bool = False,
        checkpoint_dir: str | os.PathLike[str] | None = None,
        source_batch_size: int | str = "auto",
        device: Device = None,
        n_jobs: int | None = None,
        random_state: Seed = None,
        verbose: int = 0,
    ) -> None:
        self.net = net
        self.max_epochs = max_epochs
        self.lr = lr
        self.batch_size = batch_size
        self.class_weight = class_weight
        self.by_class = by_class
        self.similarity = similarity
        self.weighting = weighting
        self.compute_every = compute_every
        self.layers = layers
        self.task = task
        self.cv = cv
        self.n_restarts = n_restarts
        self.tol = tol
        self.suggest_labels = suggest_labels
        self.store_trajectory = store_trajectory
        self.checkpoint_dir = checkpoint_dir
        self.source_batch_size = source_batch_size
        self.device = device
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: ArrayLike | None = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        groups: ArrayLike | None = None,
        pred_probs: ArrayLike | None = None,
        pred_probs_val: ArrayLike | None = None,
    ) -> DVGSValuer:
        """Train on the target set and value every row of X.

        Parameters
        ----------
        X : array-like, frame, sparse matrix, AnnData or large source of shape \
(n_samples, n_features), or dict of arrays
            Source rows. The default network takes frames of any columns and missing numbers; see
            :doc:`/user_guide/tables`. A net of one's own may take more dimensions, e.g. images, and
            rows that are spread over several arrays: a dict of these, a SliceDict, the
            BatchEncoding of a tokenizer, or a Dataset of dicts; see :ref:`structured_rows`.
            Rows of memory-mapped arrays, of HDF5, Zarr and Dask arrays, and of map-style torch
            Datasets are read when they are needed; see :ref:`scale`. None values rows by their
            labels and `pred_probs` alone.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str, default=None
            Labels or targets; of an AnnData the name of a column of ``obs``. For a net of one's own
            also tags, masks or images, of shape (n_samples, ...). None takes those that
            a torch Dataset holds; where there are none,
            rows are valued by how well they are reconstructed.
        X_val : array-like of shape (n_target, n_features), TargetSet or dict of these, \
default=None
            Features of the trusted target set, on the scale of X. None takes each fold of X
            in turn as the target set; see ``cv``. Where scikit-learn slices arrays of X's
            length in cross-validation, pass a TargetSet, or a tuple of this one array. For a
            network of your own a dict holds several target sets by name; see
            :ref:`several_target_sets`. Where X is a dict of arrays, so is a target set, and several
            are a dict of dicts.
        y_val : array-like of shape (n_target,) or (n_target, n_outputs), or dict, default=None
            Labels or targets of the target set; of several ones by the same names.
        groups : array-like of shape (n_samples,), default=None
            Group of each source row, e.g. the patient that several rows are of. Rows of one group
            never inform each other's values. Where None, the default network looks for
            near-duplicates among at most 20,000 labelled rows, and warns if it groups them.
        pred_probs : array-like or frame of shape (n_samples, n_classes), default=None
            Class probabilities of each row by a model of your own that has not seen the row, e.g.
            by ``cross_val_predict(..., method="predict_proba")``. They are one more scorer of the
            default network. Columns are the classes of y and y_val together, sorted; those of a
            frame are named by the classes, in any order. See :doc:`/user_guide/pred_probs`.
        pred_probs_val : array-like or frame of shape (n_target, n_classes), default=None
            The same of the target rows, by a model that has not seen them. Needed where there are
            `pred_probs` and a target set. With ``X=None`` the target set is this and `y_val`.

        Returns
        -------
        self : object
            Fitted valuer.
        """
        with all_or_nothing(self):
            return self._fit(X, y, X_val, y_val, groups, (pred_probs, pred_probs_val))

    def _fit(
        self, X: Any, y: Any, X_val: Any, y_val: Any, groups: Any, both_probs: tuple[Any, Any]
    ) -> DVGSValuer:
        check_net(self.net)
        check_workers(self.net, self.n_jobs)
        check_device(device_of(self.net, self.device))
        task = task_of_net(self.net, self.task)
        data = read_fit_data(self, X, y, X_val, y_val, groups, task, *both_probs)
        parameters = resolve_parameters(self, data)
        with open_fit_state(parameters, data) as state, Progress(self.verbose) as progress:
            random_state = state.random_state(check_random_state(self.random_state))
            progress.start_preparation(len(data.source.X))
            if parameters.is_default_fit:
                self._fit_default(parameters, data, random_state, progress)
            else:
                self._fit_network(parameters, data, random_state, progress, state)
        self._given = remember_rows(X, data.y, None if data.target is None else len(data.target.X))
        return self

    def _fit_default(
        self,
        parameters: ResolvedParameters,
        data: FitData,
        random_state: np.random.RandomState,
        progress: Progress,
    ) -> None:
        """Fit the default network."""
        fit = fit_default(parameters, data, random_state, progress)
        # All at the end: a fit that fails leaves no attributes.
        self._trajectories: FittedTrajectories | DefaultFit | None = fit
        self._stored: StoredFit | None = None
        posterior = fit.posterior if parameters.every_label else None
        codes = self._set_values(data, fit.task, fit.values, fit.uncertainty, posterior)
        if posterior is not None:
            self.suggested_labels_ = self.classes_[suggested_codes(fit.values, posterior, codes)]
        judges = fit.judges
        self.low_fraction_ = fit.low_fraction
        self.low_threshold_ = LOW_THRESHOLD if fit.is_told else 0.0
        if fit.typicality is not None:
            self.typicality_ = fit.typicality
        if fit.groups is not None:
            self.groups_ = fit.groups
        if data.target is not None and fit.task.kind != "reconstruction":
            self.target_trust_ = fit.target_trust
        set_trust_check(self, fit.label_noise, fit.self_test_auc, warns=fit.is_told)
        self._set_losses([np.asarray(judge.losses) for judge in judges])
        self.engine_report_: dict[str, str] = {
            name: "closed form" for name, _ in judges[-1].net.module_.named_parameters()
        }
        self.net_ = judges[-1].net
        errors = fit.uncertainty.standard_errors
        self.converged_ = parameters.tol is not None and (
            fit.is_told
            and parameters.n_restarts > 1
            and enough_restarts(fit.values, errors, parameters.tol)
        )

    def _fit_network(
        self,
        parameters: ResolvedParameters,
        data: FitData,
        random_state: np.random.RandomState,
        progress: Progress,
        state: FitState,
    ) -> None:
        """Train a user's network, and score rows at checkpoints."""
        plan = make_plan(parameters, data, random_state)
        plan = restore_folds(plan, state, parameters.cv)
        jobs, results, scores = run_restarts(plan, parameters, state, progress)
        stored, results = store_checkpoints(state, results)
        trajectories = None
        if parameters.records_checkpoints:
            trajectories = FittedTrajectories(data.source, jobs, results)
        # All at the end: a fit that fails leaves no attributes.
        self._trajectories, self._stored = trajectories, stored
        task = jobs[0].factory.task
        codes = self._set_values(data, task, scores.values, scores.uncertainty, scores.label_values)
        if data.targets is not None and scores.by_target is not None:
            self.values_by_target_: NDArray[np.float64] = scores.by_target
            self.target_names_ = data.targets.names
        similarity = parameters.scoring.similarity
        self.low_fraction_ = scores.low_fraction(codes, similarity is SIMILARITIES["cosine"])
        if similarity is SIMILARITIES["discounted_cosine"] and task.kind == "regression":
            # Right and wrong numbers differ by degree: only gross errors stand apart.
            self.low_fraction_ = gross_share(scores.values, data.source.y)
        self._set_losses([result.losses for result in results])
        tests = [result.self_test for result in results if result.self_test is not None]
        auc = self_test_auc(tests) if tests else None
        if auc is not None:
            self.self_test_auc_ = auc
        for doubt in doubts(self.values_, [result.losses for result in results], auc):
            warnings.warn(doubt, PoorRankingWarning, stacklevel=5)
        self.engine_report_ = results[-1].report
        self.net_ = jobs[-1].rebuild(results[-1])
        converged = all(result.converged for result in results) and (
            parameters.n_restarts == 1 or scores.has_converged(parameters.tol or 0.0)
        )
        self.converged_ = parameters.tol is not None and converged

    def _set_values(
        self,
        data: FitData,
        task: Task,
        values: NDArray[np.float64],
        uncertainty: Uncertainty,
        label_values: NDArray[np.float64] | None,
    ) -> NDArray[np.intp]:
        """Set what the fit found out about the rows; return their class numbers."""
        for name in _SOMETIMES:
            if hasattr(self, name):
                delattr(self, name)
        self.values_ = values
        self._uncertainty = uncertainty
        self.standard_errors_ = uncertainty.standard_errors
        self.task_: str = task.kind
        codes = np.zeros(len(data.source.X), dtype=np.intp)
        if task.classes is not None:
            self.classes_ = task.classes
            if task.kind == "classification":
                codes = np.searchsorted(task.classes, data.source.y)
        if label_values is not None:
            self.label_values_: NDArray[np.float64] = label_values
            self.suggested_labels_ = self.classes_[np.argmax(label_values, axis=1)]
        return codes

    def _set_losses(self, losses: list[NDArray[np.float64]]) -> None:
        """Set the losses of all trainings; NaN where one was shorter."""
        longest = max(len(part) for part in losses)
        self.target_loss_: NDArray[np.float64] = np.full((len(losses), longest), np.nan)
        for row, part in zip(self.target_loss_, losses, strict=True):
            row[: len(part)] = part
        self.n_checkpoints_ = sum(len(part) for part in losses)

    def score_samples(
        self, X: Any, y: ArrayLike | None = None, *, pred_probs: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Value further rows along the trajectories of fit.

        Rows that were fitted get the value they have in `values_`; other rows the one that fit
        would have given them, for the default network as far as its input stage, which has not
        seen them, allows.

        Parameters
        ----------
        X : array-like, frame, sparse matrix, AnnData or large source of shape \
(n_samples, n_features), or dict of arrays
            Rows with the columns of the X of fit. They are valued block by block.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), or str, default=None
            Their labels or targets; of an AnnData the name of a column of ``obs``. Without labels a
            row is valued under the one of `classes_` that suits it best; rows of a reconstruction
            have none.
        pred_probs : array-like or frame of shape (n_samples, n_classes), default=None
            Class probabilities of the rows, where fit was given some; for rows of the fit the same
            that fit was given. With ``X=None`` where fit had no features.

        Returns
        -------
        values : ndarray of shape (n_samples,), float64
            Higher is better. Of a Dask array it is a Dask array with the same blocks: call its
            ``compute()``, and each block is valued on the worker that holds it.

        Raises
        ------
        NotFittedError
            Before fit.
        InvalidInputError
            If no trajectory was kept, or the rows do not fit those of fit.
        """
        trajectories = self._kept_trajectories("score_samples")
        if is_dask_array(X) and pred_probs is None:
            found: NDArray[np.float64] = score_blocks(self, X, y)
            return found
        if X is not None:
            y = labels_of(X, labels_within(X) if y is None else y)
        if y is None and self.task_ == "classification":
            found = self.label_values(X, pred_probs=pred_probs).max(axis=1)
            return found
        X = self._read_new_rows(X, pred_probs, trajectories)
        return trajectories.values_of(X, read_new_y(y, len(X), self.task_, trajectories.task))

    def score_chunks(self, chunks: Iterable[Any]) -> Iterator[NDArray[np.float64]]:
        """Value a stream of rows, chunk by chunk.

        The next chunk is fetched while the last one is valued, and no chunk is kept.

        Parameters
        ----------
        chunks : iterable of X or of (X, y)
            Each as for :meth:`score_samples`: arrays, frames of ``pandas.read_csv(chunksize=...)``
            or batches of a torch DataLoader. Labels come with them as a tuple, or as a list of
            two arrays; a list of numbers or of single rows is rows.

        Returns
        -------
        values : iterator of ndarray of shape (n_rows_of_the_chunk,), float64
            The same that `score_samples` gives for all rows at once.

        Raises
        ------
        NotFittedError
            Before fit.
        InvalidInputError
            If no trajectory was kept; and, when its values are asked for, if a chunk does not
            fit the rows of fit.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.datasets import load_iris
        >>> from skdvgs import DVGSValuer
        >>> X, y = load_iris(return_X_y=True)
        >>> valuer = DVGSValuer(random_state=0).fit(X, y)
        >>> stream = ((X[rows], y[rows]) for rows in (slice(0, 100), slice(100, 150)))
        >>> values = np.concatenate(list(valuer.score_chunks(stream)))
        >>> bool(np.allclose(values, valuer.score_samples(X, y)))
        True
        """
        self._kept_trajectories("score_chunks")
        return (self.score_samples(*rows_and_labels(chunk)) for chunk in fetch_ahead(chunks))

    def label_values(self, X: Any, *, pred_probs: ArrayLike | None = None) -> NDArray[np.float64]:
        """Value of each row under each label, without a look at the one it has.

        Parameters
        ----------
        X : array-like, frame, sparse matrix, AnnData or large source of shape \
(n_samples, n_features), or dict of arrays
            Rows with the columns of the X of fit. Rows that were fitted are known again.
        pred_probs : array-like or frame of shape (n_samples, n_classes), default=None
            As for :meth:`score_samples`.

        Returns
        -------
        label_values : ndarray of shape (n_samples, n_classes), float64
            Columns in the order of `classes_`. With the default network the probability of each
            class, given the features alone. The largest of a row tells the label that suits it
            best.

        Raises
        ------
        NotFittedError
            Before fit.
        InvalidInputError
            If the task has no classes, or no trajectory was kept.
        """
        trajectories = self._kept_trajectories("label_values")
        if self.task_ != "classification":
            raise InvalidInputError(
                f"label_values needs classes but the task is {self.task_}. Only one label out of "
                "several can be valued against the others. Use score_samples."
            )
        return trajectories.label_values(self._read_new_rows(X, pred_probs, trajectories))

    def confidence_intervals(self, level: float = 0.95) -> NDArray[np.float64]:
        """Return intervals for what the values would be with ever more restarts.

        They cover what `standard_errors_` cover: the randomness of the fit on these rows, not
        that other rows might have been collected. Intervals may reach beyond 0 and 1.

        Parameters
        ----------
        level : float, default=0.95
            Probability, in (0, 1), with which each interval covers it.

        Returns
        -------
        intervals : ndarray of shape (n_samples, 2), float64
            Lower and upper ends, by Student's t; NaN where there is no standard error.

        Raises
        ------
        NotFittedError
            Before fit.
        InvalidInputError
            If `level` is not between 0 and 1.
        """
        check_is_fitted(self, "values_")
        if not 0.0 < level < 1.0:
            raise InvalidInputError(
                f"level={level} is no probability between 0 and 1. It says how often an interval "
                "covers the value. Use e.g. 0.95."
            )
        return self._uncertainty.intervals(self.values_, level)

    def _read_new_rows(
        self, X: Any, pred_probs: Any, trajectories: FittedTrajectories | DefaultFit
    ) -> Features:
        """Rows to value after fit, class probabilities beside their features."""
        n_pred_probs = getattr(trajectories, "n_pred_probs", 0)
        has_features = hasattr(self, "n_features_in_")
        check_new_pred_probs(X, pred_probs, has_features, n_pred_probs > 0)
        if not n_pred_probs:
            return read_new_features(self, X, trajectories.dtype, self.net)
        features = np.empty((len(pred_probs), 0), dtype=np.float32)
        if has_features:
            features = read_new_features(self, X, trajectories.dtype, self.net)[:]
        probs = read_pred_probs(pred_probs, self.classes_, len(features))
        return np.concatenate([features, probs], axis=1)

    def _kept_trajectories(self, method: str) -> FittedTrajectories | DefaultFit:
        check_is_fitted(self, "values_")
        if self._trajectories is None:
            raise InvalidInputError(
                f"{method} needs the trajectories of fit, which were not kept. A network of "
                "one's own can be large. Set store_trajectory=True before fit; with checkpoint_dir "
                "they are kept in files."
            )
        if self._stored is not None:
            self._stored.look_in(self.checkpoint_dir)
        return self._trajectories

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = self.net is None
        tags.target_tags.required = False
        tags.target_tags.multi_output = True
        return tags
