"""Results: a CSV file that grows as they come, and that a run started again goes on with."""

import csv
import io
import os
from pathlib import Path
from typing import NamedTuple

import pandas as pd

# Written last for a regime on a set, with the seconds of the processor: without it the regime on
# this set is not done.
DONE = "seconds of the processor, all together"


class Record(NamedTuple):
    """One number that was found."""

    regime: str
    set: str
    seed: int
    variant: str
    method: str
    measure: str
    value: float

    @property
    def cell(self):
        """What is measured and written at a time."""
        return self.regime, self.set, int(self.seed)


class Results:
    """A file of records.

    Parameters
    ----------
    path : path
        Of the file.
    """

    def __init__(self, path):
        self.path = Path(path)

    def prepare(self):
        """Make the file; from one that is there drop what an ended run left half done."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        records = self._read() if self.path.exists() else []
        done = {record.cell for record in records if record.measure == DONE}
        text = _text([Record._fields, *(r for r in records if r.cell in done)])
        if not self.path.exists() or self.path.read_text(encoding="utf-8") != text:
            beside = self.path.with_suffix(".part")
            beside.write_text(text, encoding="utf-8")
            beside.replace(self.path)
        return self

    def append(self, records):
        """Add records in one piece; several processes may do so."""
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, _text(records).encode())
        finally:
            os.close(file)

    def done(self):
        """Cells that are finished."""
        return {record.cell for record in self._read() if record.measure == DONE}

    def frame(self):
        """All records as a DataFrame."""
        return pd.DataFrame(self._read(), columns=Record._fields)

    def _read(self):
        with open(self.path, newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if len(row) == len(Record._fields)][1:]
        return [Record(*row[:2], int(row[2]), *row[3:6], float(row[6])) for row in rows if row[6]]


def _text(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
