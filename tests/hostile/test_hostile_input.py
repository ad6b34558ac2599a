"""Whatever comes in, out come values or a clear error."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from skdvgs import DVGSValuer

from .bad_fits import bad_fits
from .disguises import CODES, SAME_X, SAME_Y, TABLE, disguises
from .outcome import outcome

slow = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(autouse=True, scope="module")
def _few_trees():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skdvgs._default_net.scorers.scores._N_TREES", 12)
        yield


@given(bad_fits())
@settings(slow, max_examples=80)
def test_values_or_a_clear_error(case):
    outcome(case)


QUICK = DVGSValuer(max_epochs=2, cv=2, n_restarts=2, random_state=0)


@pytest.fixture(scope="module")
def values():
    with_target = QUICK.fit(TABLE, CODES, X_val=TABLE[::2], y_val=CODES[::2]).values_
    return {True: with_target, False: QUICK.fit(TABLE, CODES).values_}


@given(disguises())
@settings(slow, max_examples=40)
@pytest.mark.filterwarnings("ignore:The columns of X.* have names")
def test_the_form_of_a_table_does_not_change_its_values(values, disguise):
    form, labels, form_val, has_target = disguise
    target = {}
    if has_target:
        target = {"X_val": SAME_X[form_val](TABLE[::2]), "y_val": SAME_Y[labels](CODES[::2])}
    fitted = QUICK.fit(SAME_X[form](TABLE), SAME_Y[labels](CODES), **target)
    np.testing.assert_allclose(fitted.values_, values[has_target], rtol=1e-6, atol=1e-7)


def test_a_target_set_equal_to_the_source():
    fitted = QUICK.fit(TABLE, CODES, X_val=TABLE, y_val=CODES)
    assert np.isfinite(fitted.values_).all()
    assert np.isfinite(fitted.score_samples(TABLE, CODES)).all()
