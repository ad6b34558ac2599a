"""Documentation in folders by version, as the workflow of the documentation puts it there."""

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / ".ci" / "site.py"


def put(folder, version, text):
    html = folder / "html"
    html.mkdir(exist_ok=True)
    (html / "index.html").write_text(text)
    command = [sys.executable, str(SCRIPT), str(html), str(folder / "site"), version]
    return subprocess.run(command, capture_output=True, text=True)


def test_each_version_has_a_folder_and_stable_is_the_newest(tmp_path):
    site = tmp_path / "site"
    assert put(tmp_path, "dev", "main").returncode == 0
    assert 'href="dev/index.html">Documentation' in (site / "index.html").read_text()
    for version in ("0.9.0", "0.10.0", "0.2.0"):
        assert put(tmp_path, version, f"release {version}").returncode == 0
    assert (site / "stable" / "index.html").read_text() == "release 0.10.0"
    assert (site / "0.2.0" / "index.html").read_text() == "release 0.2.0"
    page = (site / "index.html").read_text()
    listed = re.findall('<li><a href="(.*?)/', page)
    assert listed == ["dev", "0.10.0", "0.9.0", "0.2.0"]
    assert 'href="stable/index.html">Documentation' in page


def test_a_version_is_a_number(tmp_path):
    refused = put(tmp_path, "../x", "")
    assert refused.returncode == 1
    assert "names no version" in refused.stderr
