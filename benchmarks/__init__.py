"""Measurements that print their own tables; nothing here is part of the package.

    paper/       the experiments of the paper, with rivals beside them
    quality/     how good the values are, beside what people would use instead
    speed/       time and memory of a fit and of the gradient engine
    robustness/  fits that are killed, and inputs that are bad or odd
    data.py, paper_net.py
                 data sets and the paper's network, which the folders share

`paper` takes its rivals from `quality.baselines`. Otherwise no folder imports from another.
"""
