"""``import skdvgs`` stays light: optional and slow packages are imported where they are used."""

import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "skdvgs"


def loaded_after_each(*statements):
    """Run statements one after the other in one process; what is loaded after each of them."""
    heavy = {"matplotlib", "tqdm", "imblearn", "pandas", "polars", "dask", "ray"}
    tell = f"print(*sorted({heavy!r} & sys.modules.keys()))"
    program = "; ".join(["import sys", *(f"{statement}; {tell}" for statement in statements)])
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE.parent, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    return [set(line.split()) for line in run.stdout.splitlines()]


def test_import_is_light():
    by_others, by_package, by_plotting = loaded_after_each(
        "import sklearn.utils, skorch", "import skdvgs", "import skdvgs.plotting"
    )
    # scikit-learn loads pandas itself where that is installed.
    assert by_package == by_others
    assert "matplotlib" not in by_plotting
