"""Beside the peers: their protocols, their tools, and ours, in one run.

An environment of its own has the tools that are compared::

    python -m venv peers && . peers/bin/activate
    pip install -c constraints/peers.txt -e ".[benchmarks]" "cleanlab[datalab]" \\
        backpack-for-pytorch "dask[distributed]" ray
    python -m benchmarks.peers              # everything, in about 40 minutes of two cores
    python -m benchmarks.peers --quick      # each part on little, without data from files
    python -m benchmarks.peers report       # what was found, as tables

Each peer of a part works in a process of its own (:mod:`worker`): none disturbs another, and one
that cannot be imported or fails stops no other. Results are written as they come; a run that is
started again goes on where it was ended.

Of OpenDataVal and pyDVL no release installs beside today's numpy and scikit-learn. Their methods
stand in ``benchmarks/rivals``, written from the papers.

    data_valuation.py   OpenDataVal's protocol: noisy labels, cut by two-means, rows removed
    label_errors.py     cleanlab's: wrong labels without trusted rows, and what they cost a model
    strong_models.py    class probabilities of networks, as people with images have them
    faithfulness.py     do values foretell retraining?
    engines.py          gradient terms of a batch, by every tool that has them
    stability.py        do values come out alike twice?
    scale.py            many rows
"""
