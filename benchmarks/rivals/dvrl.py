"""Data valuation by reinforcement learning: Yoon, Arik, Pfister 2019, arXiv:1909.11671.

An estimator network gives each source row a probability of being selected. Rows are drawn by
it, a predictor is trained on them, and the predictor's loss on the target rows, against its
moving average, rewards or punishes the draw (REINFORCE). The probabilities are the values.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional


def dvrl(
    X,
    y,
    X_val,
    y_val,
    *,
    n_draws=400,
    n_steps=100,
    batch_size=256,
    window=20,
    width=100,
    estimator_lr=1e-3,
    predictor_lr=1e-2,
    seed=0,
):
    """Probability of selection of each source row after the last draw.

    Algorithm 1 of the paper and, as its authors do, a further input of the estimator: how far
    the label is from what a predictor trained on the target rows says. Every draw trains the
    predictor from the same fresh weights, so that the loss speaks of this draw alone, and the
    moving average starts at the first loss, not at zero.

    Parameters
    ----------
    n_draws : int
        Draws, each followed by one step of the estimator.
    n_steps, batch_size : int
        Training steps of the predictor in each draw, and source rows in each step.
    window : int
        Draws that the moving average looks back on.
    width : int
        Hidden units of estimator and predictor.
    estimator_lr, predictor_lr : float
        Learning rates of Adam.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        X, y, X_val, y_val, n_classes = _tensors(X, y, X_val, y_val)
        one_hot = functional.one_hot(y, n_classes).float()
        fresh = _network(X.shape[1], width, n_classes).state_dict()
        predictor = _network(X.shape[1], width, n_classes)

        def train(rows_X, rows_y, selected):
            predictor.load_state_dict(fresh)
            return _train(predictor, rows_X, rows_y, selected, n_steps, batch_size, predictor_lr)

        trusted = train(X_val, y_val, torch.ones(len(X_val)))
        with torch.no_grad():
            marginal = (one_hot - trusted(X).softmax(1)).abs()
        state = torch.cat([X, one_hot, marginal], dim=1)
        estimator = _network(state.shape[1], width, 1)
        optimizer = torch.optim.Adam(estimator.parameters(), lr=estimator_lr)
        average = None
        for _ in range(n_draws):
            logits = estimator(state).squeeze(1)
            selected = torch.bernoulli(torch.sigmoid(logits.detach()))
            loss = float(functional.cross_entropy(train(X, y, selected)(X_val), y_val).detach())
            average = loss if average is None else average
            # Minus the mean log-probability of what was drawn.
            surprise = functional.binary_cross_entropy_with_logits(logits, selected)
            optimizer.zero_grad()
            ((average - loss) * surprise).backward()
            optimizer.step()
            average += (loss - average) / window
        with torch.no_grad():
            return estimator(state).squeeze(1).double().sigmoid().numpy()


def _tensors(X, y, X_val, y_val):
    classes = np.unique(np.concatenate([y, y_val]))
    codes = [torch.as_tensor(np.searchsorted(classes, labels)) for labels in (y, y_val)]
    X, X_val = (torch.as_tensor(np.asarray(rows, dtype=np.float32)) for rows in (X, X_val))
    return X, codes[0], X_val, codes[1], len(classes)


def _network(n_inputs, width, n_outputs):
    return nn.Sequential(nn.Linear(n_inputs, width), nn.ReLU(), nn.Linear(width, n_outputs))


def _train(predictor, X, y, selected, n_steps, batch_size, lr):
    optimizer = torch.optim.Adam(predictor.parameters(), lr=lr, fused=True)
    for _ in range(n_steps):
        rows = torch.randint(len(X), (batch_size,))
        losses = functional.cross_entropy(predictor(X[rows]), y[rows], reduction="none")
        optimizer.zero_grad()
        (selected[rows] * losses).mean().backward()
        optimizer.step()
    return predictor
