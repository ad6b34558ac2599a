"""Fits that are killed, as a machine kills them, and go on."""

import os
import subprocess
import sys

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fits are forked, to be quick")
def test_killed_fits_go_on_exactly():
    """Processes are forked from one that has done nothing else, which this one is not."""
    command = [sys.executable, "-m", "benchmarks.robustness.kill_resume", "--kills", "2"]
    command += ["--cases", "own", "own, no target"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    assert "2 of 2 kills were gone on from exactly" in done.stdout, done.stdout + done.stderr
