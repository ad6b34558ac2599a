"""Tables in files: read them, and write the kept rows as they are."""

# The type checks run without the libraries of tables too.
# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import gzip
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._cli._formats import format_of, is_compressed, separator_of
from skdvgs._cli._records import keep_records
from skdvgs._utils.optional import import_optional
from skdvgs.exceptions import InvalidInputError


@dataclass(frozen=True)
class Table:
    """A table with the file it came from.

    Attributes
    ----------
    path : str
        The file.
    frame : pandas.DataFrame
        Its rows.
    original : bytes or pyarrow.Table
        The file as it was read.
    separator : str
        Of a CSV file.
    """

    path: str
    frame: Any
    original: Any
    separator: str

    def write_kept(self, support: NDArray[np.bool_], path: str, file: IO[bytes]) -> None:
        """Write the kept rows, everything in them as it was."""
        if isinstance(self.original, bytes):
            kept = keep_records(self.original, self.separator, support, self.path)
            file.write(gzip.compress(kept, mtime=0) if is_compressed(path) else kept)
            return
        mask = import_optional("pyarrow", "The command line", "cli").array(support)
        import_optional("pyarrow.parquet", "The command line", "cli").write_table(
            self.original.filter(mask), file
        )


def read_table(path: str, asked_separator: str | None, encoding: str, na: Sequence[str]) -> Table:
    """Read a CSV or Parquet file.

    Raises
    ------
    InvalidInputError
        If it cannot be read, or has no rows.
    """
    pandas = import_optional("pandas", "The command line", "cli")
    separator = separator_of(path, asked_separator)
    original: Any
    if format_of(path) == "parquet":
        original = _read_parquet(path)
        frame = original.to_pandas().reset_index(drop=True)
        frame = frame.replace(list(na), None) if na else frame
    else:
        with open(path, "rb") as file:
            original = file.read()
        try:
            original = gzip.decompress(original) if is_compressed(path) else original
            with warnings.catch_warnings():
                # Where lines are longer than the header pandas only warns.
                warnings.simplefilter("error", pandas.errors.ParserWarning)
                frame = pandas.read_csv(
                    io.BytesIO(original),
                    sep=separator,
                    encoding=encoding,
                    na_values=list(na),
                    index_col=False,
                    low_memory=False,
                )
        except (ValueError, OSError, EOFError, LookupError, Warning) as error:
            raise InvalidInputError(
                f"{path} cannot be read as CSV: {_one_line(error)} Check --separator "
                "and --encoding."
            ) from error
    if len(frame) == 0:
        raise InvalidInputError(f"{path} holds no rows.")
    return Table(path, frame, original, separator)


def write_frame(frame: Any, path: str, file: IO[bytes]) -> None:
    """Write a dataframe without its index."""
    if format_of(path) == "parquet":
        import_optional("pyarrow", "The command line", "cli")
        frame.to_parquet(file, index=False)
        return
    text = frame.to_csv(index=False, sep=separator_of(path, None), lineterminator="\n")
    content = text.encode("utf-8")
    file.write(gzip.compress(content, mtime=0) if is_compressed(path) else content)


def _read_parquet(path: str) -> Any:
    parquet, pyarrow = (
        import_optional("pyarrow.parquet", "The command line", "cli"),
        import_optional("pyarrow", "The command line", "cli"),
    )
    try:
        with open(path, "rb") as file:
            return parquet.read_table(file)
    except pyarrow.ArrowException as error:
        raise InvalidInputError(f"{path} cannot be read as Parquet: {_one_line(error)}") from error


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if text.endswith(".") else text + "."
