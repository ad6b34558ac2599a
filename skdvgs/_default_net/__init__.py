"""What other rows say about each row's label, as the default network's input.

Features that know a row's label would hide that it is wrong. These never do: forests vote with
the trees that did not see the row, and kernel ridge is solved without it, in closed form.

    _scaling.py        columns to one scale, by quantiles or by a single number
    _kernel.py         distances, and a bandwidth that fits them
    _kernel_ridge.py   leave-one-out scores of kernel ridge, exact
    _landmark_ridge.py the same for many rows, on landmarks
    _forest.py         out-of-bag scores
    _typicality.py     how far to trust what is said of a row
    _layout.py         log-odds, and blocks of scores to rows of equal length
    _stage.py          OutOfSampleScores, which puts them together
    _target.py         numbers to learn in place of a skewed regression target
    _head.py           step size and number of steps of the linear layer on top
"""

from __future__ import annotations

from skdvgs._default_net.head_training import HEAD_STEPS, head_learning_rate
from skdvgs._default_net.out_of_sample_scores import OutOfSampleScores
from skdvgs._default_net.rank_normal_target import RankNormalTarget

__all__ = ["HEAD_STEPS", "OutOfSampleScores", "RankNormalTarget", "head_learning_rate"]
