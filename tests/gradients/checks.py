"""One comparison that all tests share."""

import copy

import torch

from skdvgs.gradients import GradientEngine

from .reference import in_double, random_gradient, truth, worst_error

BOUND = {torch.float32: 1e-4, torch.float64: 1e-10}


def build(case, n, dtype):
    """A case's network and batch in one precision, the same every time."""
    torch.manual_seed(3)
    module, x, y = case.module(), case.x(n), case.y(n)
    if dtype == torch.float64:
        module, x, y = module.double(), in_double(x), in_double(y)
    return module, x, y


def check(case, n, dtype, **options):
    """Compare a case's terms with the reference; return the engine."""
    module, x, y = build(case, n, dtype)
    target = random_gradient(module)
    expected = truth(module, case.loss, copy.deepcopy(x), y, n, target)
    engine = GradientEngine(module, case.loss, **options)
    terms = engine.terms(copy.deepcopy(x), y, target)
    assert terms.dot.shape == terms.squared_norm.shape == (n,)
    assert not terms.dot.requires_grad
    assert not terms.squared_norm.requires_grad
    assert terms.dot.dtype == terms.squared_norm.dtype == dtype
    assert worst_error(terms, expected) < BOUND[dtype]
    return engine


def general_names(engine):
    """Parameters that the general path serves."""
    return {name for name, path in engine.report.items() if path.startswith("general path")}


def check_rule(case, n, dtype):
    """Compare, and make sure that the rules served what the case says they serve."""
    assert general_names(check(case, n, dtype)) == set(case.general)


def chained(engine):
    """Parameters that chains serve."""
    return {name for name, path in engine.report.items() if path.endswith(", in a chain")}


def check_chained(case, n, dtype, **options):
    """Compare, and make sure that chains served every parameter."""
    engine = check(case, n, dtype, **options)
    assert chained(engine) == set(engine.parameter_names), engine.report
