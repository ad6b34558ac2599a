"""Imports run one way, and ``import skdvgs`` stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "skdvgs"

# Top to bottom: a unit imports only from units above it. Units on one line are peers and import
# nothing from each other. A sub-package is one unit.
LAYERS = (
    {"_version", "exceptions", "_progress", "_typed"},
    {"_files", "_distributed"},
    {"_storage"},
    {"gradients"},
    {"_similarity", "_statistics", "_agreement"},
    {"_uncertainty"},
    {"_cutoff"},
    {"_sources"},
    {"_task", "_columns"},
    {"_reading"},
    {"_scores"},
    {"_inputs", "_default_net", "_net_output"},
    {"_net"},
    {"_trajectory"},
    {"_scoring"},
    {"_settings", "_target", "_questions", "_recipe"},
    {"_result", "_head_means"},
    {"_visit"},
    {"_job"},
    {"_preparation", "_shards"},
    {"_plan", "_outcome", "_replay"},
    {"_begin", "_course", "_attributes", "_fitted", "_shown"},
    {"_after_fit"},
    {"_valuer"},
    {"_filter"},
    {"_frames"},
)
# Nothing imports these, not even the package's own __init__; they may import everything else.
LEAVES = {"metrics", "datasets", "plotting", "_report", "_cli", "__main__"}
RANK = {unit: rank for rank, layer in enumerate(LAYERS) for unit in layer}
RANK |= dict.fromkeys(LEAVES, len(LAYERS))
# Pictures are drawn of what metrics computes.
RANK["plotting"] += 1
RANK["_report"] = RANK["plotting"] + 1
RANK["_cli"] = RANK["_report"] + 1
RANK["__main__"] = RANK["_cli"] + 1

# Methods that show values to people import what does it when they are called, not before.
ON_CALL = {"_shown": {"_frames", "_report"}}

# What each of these may import from outside the package.
ALLOWED_OUTSIDE = {
    "exceptions": set(),
    "_progress": {"joblib", "tqdm"},
    "_storage": {"filelock", "numpy"},
    "gradients": {"torch"},
    "_statistics": {"numpy"},
    "_uncertainty": {"numpy", "scipy"},
    "_agreement": {"numpy", "scipy"},
    "_cutoff": {"numpy", "scipy"},
    "_similarity": {"numpy"},
    "_scores": {"numpy", "scipy", "sklearn"},
    "_sources": {"numpy", "scipy", "sklearn", "torch", "dask", "h5py"},
}


def unit_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def source_files():
    return sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


def imported_names(path, nodes=None):
    """Return the absolute dotted names that a file imports, wherever in it the import stands."""
    package = ("skdvgs", *path.relative_to(PACKAGE).parent.parts)
    names = set()
    for node in nodes or ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join((*base, *filter(None, [node.module])))
            # `from skdvgs import _net` imports a module, `from skdvgs._net import f` does not.
            names.update(f"{source}.{a.name}" if source == "skdvgs" else source for a in node.names)
    return names


def imported_units(path):
    parts = (name.split(".") for name in imported_names(path))
    return {p[1] for p in parts if p[0] == "skdvgs" and len(p) > 1}


def imported_from_outside(path):
    tops = {name.partition(".")[0] for name in imported_names(path)}
    return tops - set(sys.stdlib_module_names) - {"skdvgs"}


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_every_module_has_a_layer(path):
    assert unit_of(path) in RANK, (
        f"skdvgs/{path.relative_to(PACKAGE)} is in no layer. Imports run one way, and this test "
        f"holds it. Add {unit_of(path)!r} to LAYERS in {Path(__file__).name}, where it belongs."
    )


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    unit = unit_of(path)
    others = imported_units(path) - {unit} - ON_CALL.get(unit, set())
    assert others <= RANK.keys(), f"not a module of skdvgs: {sorted(others - RANK.keys())}"
    upward = sorted(other for other in others if RANK[other] >= RANK[unit])
    assert not upward, f"{unit} imports {upward}, which stand beside it or below it in LAYERS"


@pytest.mark.parametrize("unit", ON_CALL)
def test_what_is_imported_on_call_is_not_imported_before(unit):
    path = PACKAGE / f"{unit}.py"
    at_once = imported_names(path, ast.parse(path.read_text(encoding="utf-8")).body)
    assert not {name.split(".")[1] for name in at_once if "skdvgs." in name} & ON_CALL[unit]


def test_the_package_itself_imports_no_leaf():
    assert not imported_units(PACKAGE / "__init__.py") & LEAVES


@pytest.mark.parametrize(
    "path",
    [p for p in source_files() if unit_of(p) in ALLOWED_OUTSIDE],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_core_modules_know_no_estimator(path):
    assert imported_from_outside(path) <= ALLOWED_OUTSIDE[unit_of(path)]


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
