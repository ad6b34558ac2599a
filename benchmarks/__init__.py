"""Measurements that print their own tables; nothing here is part of the package.

    quality/     how good the values are, in every regime, beside what people would use instead
    peers/       the protocols of other tools, each tool in a process of its own
    paper/       the experiments of the paper, with rivals beside them
    speed/       time and memory of a fit and of the gradient engine
    robustness/  fits that are killed, and inputs that are bad or odd
    rivals/      other ways to value rows, which the folders share
    data.py, paper_net.py
                 data sets and the paper's network, which they share too

`peers` takes the tasks of `quality` and the networks of `speed`. Otherwise no folder imports from
another but from `rivals`.
"""
