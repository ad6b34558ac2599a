"""votes_on: what each scorer says of the labels of some rows.

The log-odds of the given label against the best other one are a sum: one term for each scorer, one
for the class frequencies, one for the noise layer and hesitation. Terms are means over checkpoints
and restarts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from skdvgs._default_net.class_judge import ClassJudge
from skdvgs._default_net.number_judge import NumberJudge
from skdvgs._default_net.restart import ClassRestart, LabelledRestart, NumberRestart, two_classes
from skdvgs._inputs.task import Task
from skdvgs._utils.types import Floats, Floats32, Index, Labels

# Names of the two terms that are no scorers.
_NO_SCORERS = ["class frequencies", "label noise"]


def votes_on(
    restarts: Sequence[Any], evidence: Sequence[Floats32], task: Task, y: Labels
) -> tuple[Floats, Labels, list[str]]:
    """Return what each scorer says of each row, the rival, and the names of the scorers.

    Parameters
    ----------
    restarts : sequence of restarts
        Fitted.
    evidence : sequence of arrays of shape (n_rows, ...)
        Of the rows, by each restart.
    task : Task
        What was learnt.
    y : array of shape (n_rows,) or (n_rows, n_outputs)
        Labels or targets as read from the user.

    Returns
    -------
    votes : array of shape (n_rows, n_scorers)
        See :class:`Grounds`.
    rival : array of shape (n_rows,)
        See :class:`Grounds`.
    names : list of str
        Of the columns of `votes`.
    """
    first = restarts[0]
    if isinstance(first, NumberRestart):
        return _predictions(restarts, evidence, y)
    if isinstance(first, ClassRestart):
        codes = np.searchsorted(task.classes, y)  # type: ignore[arg-type]
        scores = [np.asarray(e, dtype=np.float64) for e in evidence]
        judges: list[ClassJudge] = [restart.judges_[0] for restart in restarts]
        rival = _best_other(judges, scores, codes)
        votes = _log_odds(judges, scores, codes, rival)
    else:
        rival, votes = _votes_on_labels(restarts, evidence, y.astype(np.intp))
    return votes, rival, [*_names(first, votes.shape[1] - 2), *_NO_SCORERS]


def _names(restart: LabelledRestart, n_scorers: int) -> list[str]:
    names = list(restart.scores_.names_)
    return [*names, *(["given probabilities"] * (n_scorers - len(names)))][:n_scorers]


def _best_other(judges: Sequence[Any], scores: Sequence[Floats], codes: Index) -> Index:
    """The class, other than the given one, that is most likely the true one."""
    posterior = sum(judge(s, codes).posterior for judge, s in zip(judges, scores, strict=True))
    posterior[np.arange(len(codes)), codes] = -1.0
    found: Index = posterior.argmax(axis=1)
    return found


def _log_odds(
    judges: Sequence[ClassJudge], scores: Sequence[Floats], codes: Index, rival: Index
) -> Floats:
    """Terms of the log-odds of one class against another, (n_rows, n_scorers + 2)."""
    found = np.zeros((len(codes), scores[0].shape[1] + 2))
    everyone = np.arange(len(codes))
    n_states = sum(len(judge.states) for judge in judges)
    for judge, of_rows in zip(judges, scores, strict=True):
        difference = of_rows[everyone, :, codes] - of_rows[everyone, :, rival]
        inputs, labels = torch.as_tensor(of_rows), torch.as_tensor(codes)
        for module in judge.modules():
            biases = module.biases.numpy()
            of_given = module.of_given(module.clean(inputs), labels)
            noise = of_given.clamp_min(1e-300).log().numpy()
            found[:, :-2] += difference * module.weights.numpy()
            found[:, -2] += biases[codes] - biases[rival]
            found[:, -1] += noise[everyone, codes] - noise[everyone, rival]
    return found / n_states


def _votes_on_labels(
    restarts: Sequence[Any], evidence: Sequence[Floats32], y: Index
) -> tuple[Index, Floats]:
    """Of several labels the one most in doubt, and the votes on it."""
    n_labels = y.shape[1]
    scores = [[two_classes(e[:, :, k]) for e in evidence] for k in range(n_labels)]
    judges = [[restart.judges_[k] for restart in restarts] for k in range(n_labels)]
    right = np.stack(
        [
            np.mean([j(s, y[:, k]).right for j, s in zip(*both, strict=True)], axis=0)
            for k, both in enumerate(zip(judges, scores, strict=True))
        ]
    )
    doubtful: Index = right.argmin(axis=0)
    votes = np.zeros((len(y), scores[0][0].shape[1] + 2))
    for k in range(n_labels):
        here = doubtful == k
        codes = y[here, k]
        votes[here] = _log_odds(judges[k], [s[here] for s in scores[k]], codes, 1 - codes)
    return doubtful, votes


def _predictions(
    restarts: Sequence[Any], evidence: Sequence[Floats32], y: Labels
) -> tuple[Floats, Index, list[str]]:
    """Predictions of each scorer of the number that is most in doubt."""
    everyone = np.arange(len(y))
    right, predicted = [], []
    for k in range(y.shape[1]):
        judges: list[NumberJudge] = [restart.judges_[k] for restart in restarts]
        pairs = list(zip(judges, evidence, strict=True))
        right.append(np.mean([judge(e[:, k], y[:, k]).right for judge, e in pairs], axis=0))
        scores = [j.scale.inverse(e[:, k, : j.n_scorers].astype(float)) for j, e in pairs]
        predicted.append(np.mean(scores, axis=0))
    doubtful = np.argmin(right, axis=0)
    votes = np.stack(predicted, axis=1)[everyone, doubtful]
    return votes, doubtful, _names(restarts[0], votes.shape[1])
