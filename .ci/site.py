"""Put built documentation into the folder of its version, beside that of other versions.

    python .ci/site.py HTML SITE VERSION

SITE/VERSION becomes a copy of HTML; VERSION is `dev` or a number such as 0.1.0. SITE/stable becomes
a copy of the newest release, and SITE/index.html lists all there are.
"""

import re
import shutil
import sys
from pathlib import Path

NUMBER = re.compile(r"\d+\.\d+\.\d+")


def place_of(version):
    """Sort key: numbers as numbers."""
    return tuple(map(int, version.split(".")))


def replace(source, folder):
    """Make a folder a copy of another one."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder)


def main(html, site, version):
    """Copy, and write the list."""
    if version != "dev" and not NUMBER.fullmatch(version):
        sys.exit(f"{version!r} names no version. Pass dev, or a number such as 0.1.0.")
    site.mkdir(parents=True, exist_ok=True)
    replace(html, site / version)
    folders = [folder.name for folder in site.iterdir() if folder.is_dir()]
    releases = sorted(filter(NUMBER.fullmatch, folders), key=place_of, reverse=True)
    if releases:
        replace(site / releases[0], site / "stable")
    named = (["dev"] if "dev" in folders else []) + releases
    first = "stable" if releases else "dev"
    lines = "\n".join(f'<li><a href="{name}/index.html">{name}</a></li>' for name in named)
    (site / "index.html").write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>skdvgs</title>\n'
        f'<h1>skdvgs</h1>\n<p><a href="{first}/index.html">Documentation</a></p>\n'
        f"<p>By version:</p>\n<ul>\n{lines}\n</ul></html>\n",
        encoding="utf-8",
    )
    (site / ".nojekyll").touch()  # folders whose names begin with _ are served as well


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
