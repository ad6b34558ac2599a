import json.decoder
import sys

import pytest

from skdvgs._utils.optional import import_optional
from skdvgs.exceptions import MissingDependencyError


def test_returns_the_module_that_is_named():
    assert import_optional("json.decoder", "decode", "json") is json.decoder


def test_says_who_needs_what_and_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingDependencyError) as caught:
        import_optional("matplotlib.pyplot", "The report", "plotting")
    assert str(caught.value) == (
        "The report needs matplotlib, which is not installed. skdvgs installs it only on demand. "
        'Run: pip install "skdvgs[plotting]"'
    )
