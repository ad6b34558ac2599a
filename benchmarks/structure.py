"""Figures of the package: files, floors and circles of imports, the path of one default fit.

    python -m benchmarks.structure

Prints the figures, and exits with 1 if one is over its limit. A place is a module at the package
root or a folder beside it.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import skdvgs

PACKAGE = Path(skdvgs.__file__).resolve().parent
MOST_ROOT_FILES, MOST_FLOORS, MOST_PLACES = 6, 10, 12


def place_of(path: Path) -> str:
    """Return the module at the root, or the folder, that a file of the package belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path: Path) -> Iterator[str]:
    """Yield the places that a file imports from, wherever in it the import stands."""
    package = ("skdvgs", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *(node.module or "").split("."))
            names = [(*module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        else:
            continue
        for name in names:
            if name[0] == "skdvgs" and len(name) > 1:
                there = PACKAGE / name[1]
                if there.is_dir() or there.with_suffix(".py").exists():
                    yield name[1]


def floors() -> tuple[int, list[str]]:
    """Return the longest chain of imports between places, and the places on a circle."""
    below: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        here = place_of(path)
        if here != "__init__":
            below.setdefault(here, set()).update(set(imports(path)) - {here})
    heights: dict[str, int] = {}
    circle: list[str] = []

    def height(place: str, above: tuple[str, ...]) -> int:
        if place in above:
            circle.extend(above[above.index(place) :])
            return 0
        if place not in heights:
            under = [height(other, (*above, place)) for other in below.get(place, ())]
            heights[place] = 1 + max(under, default=0)
        return heights[place]

    return max(height(place, ()) for place in below), circle


def path_of_a_fit() -> tuple[set[str], set[str], int]:
    """Return the files and places that run in one default fit, and the calls between places."""
    from sklearn.datasets import load_iris

    X, y = load_iris(return_X_y=True)
    files: set[str] = set()

    def watch(frame, event, _argument):
        if event != "call" or not frame.f_code.co_filename.startswith(str(PACKAGE)):
            return
        files.add(frame.f_code.co_filename)
        caller = frame.f_back
        if caller is not None and caller.f_code.co_filename.startswith(str(PACKAGE)):
            here, there = (Path(f.f_code.co_filename) for f in (frame, caller))
            pairs.add((there, caller.f_lineno, here, frame.f_code.co_name))

    pairs: set[tuple[Path, int, Path, str]] = set()
    valuer = skdvgs.DVGSValuer(random_state=0)
    sys.setprofile(watch)
    try:
        valuer.fit(X[::2], y[::2], X_val=X[1::2], y_val=y[1::2])
    finally:
        sys.setprofile(None)
    between = sum(place_of(here) != place_of(there) for there, _, here, _ in pairs)
    return files, {place_of(Path(file)) for file in files}, between


def main() -> int:
    """Print the figures; 1 if one is over its limit."""
    root = len(list(PACKAGE.glob("*.py")))
    n_floors, circle = floors()
    files, places, calls = path_of_a_fit()
    lines = sum(len(p.read_text(encoding="utf-8").splitlines()) for p in PACKAGE.rglob("*.py"))
    print(f"files at the package root: {root} (at most {MOST_ROOT_FILES})")
    print(f"floors of imports: {n_floors} (at most {MOST_FLOORS})")
    print(f"places on a circle of imports: {', '.join(circle) or 'none'}")
    print(f"a default fit: {len(files)} files in {len(places)} places (at most {MOST_PLACES})")
    print(f"calls from one place to another, each line once: {calls}")
    print(f"the package: {len(list(PACKAGE.rglob('*.py')))} files, {lines} lines")
    over = root > MOST_ROOT_FILES or n_floors > MOST_FLOORS or circle or len(places) > MOST_PLACES
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
