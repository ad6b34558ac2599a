"""Compare what the main job printed with what README.rst says that it prints.

    python .ci/printed_numbers.py README.rst OUTPUT

A line of README is held if OUTPUT has a line of the same words whose number differs by 0.01 at
most: other processors round differently.
"""

import re
import sys
from pathlib import Path

TOLERANCE = 0.01
LINE = re.compile(r"^ *((?:With|Test accuracy).*?) +([0-9]\.[0-9]+)", flags=re.MULTILINE)

readme, output = (dict(LINE.findall(Path(path).read_text("utf-8"))) for path in sys.argv[1:3])
if not readme:
    sys.exit("README.rst names no number that the main job prints")
wrong = [
    f"{words} {number}, but the main job printed {output.get(words)}"
    for words, number in readme.items()
    if words not in output or abs(float(number) - float(output[words])) > TOLERANCE
]
sys.exit("README.rst says: " + "; ".join(wrong) if wrong else 0)
