import numpy as np
import pandas as pd
import pytest

from skdvgs.datasets import corrupt_features
from skdvgs.exceptions import InvalidInputError


@pytest.mark.parametrize("shape", [(400, 300), (400, 20, 15)])
def test_each_row_gets_noise_of_its_own_level(shape):
    X = np.random.default_rng(0).normal(size=shape)
    X_noisy, levels = corrupt_features(X, scale=(0.5, 2.0), random_state=0)
    noise = (X_noisy - X).reshape(400, -1)
    assert levels.shape == (400,)
    assert 0.5 <= levels.min() < 0.51
    assert 1.99 < levels.max() <= 2.0
    assert levels.mean() == pytest.approx(1.25, abs=0.07)
    np.testing.assert_allclose(noise.std(axis=1), levels, rtol=0.2)
    assert np.mean(noise / levels[:, None]) == pytest.approx(0.0, abs=0.02)


def test_features_keep_their_container_type_and_gaps():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [np.nan, 0.0, 1.0]}, index=[5, 6, 7])
    noisy, levels = corrupt_features(frame, scale=(0, 0))
    assert not levels.any()
    pd.testing.assert_frame_equal(noisy, frame.astype(float))
    assert corrupt_features(np.ones((3, 2), dtype=np.float32))[0].dtype == np.float32


@pytest.mark.parametrize(
    ("scale", "message"),
    [((2, 1), r"Give \(low, high\)"), (1, r"Give \(low, high\)"), ((-1, 1), "0 <= low")],
)
def test_errors_say_what_and_what_to_do(scale, message):
    with pytest.raises(InvalidInputError, match=message):
        corrupt_features(np.eye(2), scale=scale)
