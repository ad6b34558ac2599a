"""What type checkers say of a user's code is right."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SNIPPET = ROOT / "tests" / "typing" / "snippet.py"
CHECKERS = {
    # A checker's own configuration would be the library's, not the user's.
    "mypy": ["--strict", "--config-file=", "--follow-imports=silent", "--ignore-missing-imports"],
    "pyright": [],
}


@pytest.mark.parametrize("checker", CHECKERS)
def test_users_snippet(checker):
    pytest.importorskip(checker, reason=f"{checker} is not installed")
    run = subprocess.run(
        [sys.executable, "-m", checker, *CHECKERS[checker], str(SNIPPET)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
