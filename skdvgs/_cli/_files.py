"""Tables in files: read them, and write the kept rows as they are."""

from __future__ import annotations

import gzip
import zlib
from argparse import Namespace
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._cli._formats import format_of, is_compressed, separator_of
from skdvgs._cli._records import Changes, keep_records
from skdvgs._cli._text_files import check_names, is_wide, one_line, read_csv, split_mark
from skdvgs._utils.optional import import_optional
from skdvgs.exceptions import InvalidInputError


@dataclass(frozen=True)
class Table:
    """A table with the file it came from.

    Attributes
    ----------
    path : str
        Path of the file that was read.
    frame : pandas.DataFrame
        Its rows: the text of a CSV file as it stands, the types of a Parquet file.
    original : bytes or pyarrow.Table
        Content of the file, unchanged.
    separator : str
        Character between two entries of a CSV file.
    encoding : str
        Text encoding of a CSV file.
    comment : str or None
        What begins the comments of a CSV file.
    index_names : list of str
        Columns that only name the rows.
    """

    path: str
    frame: Any
    original: Any
    separator: str
    encoding: str
    comment: str | None = None
    index_names: list[str] = field(default_factory=list)

    def kept(
        self,
        support: NDArray[np.bool_],
        new_labels: dict[int, str] | None = None,
        column: str | None = None,
    ) -> Any:
        """Return the kept rows, everything in them as it was but for new labels.

        Parameters
        ----------
        support : bool array of shape (n_rows,)
            Rows to keep.
        new_labels : dict of int to str, default=None
            Labels to put in, by the position of the row.
        column : str, default=None
            Where to put them.

        Raises
        ------
        InvalidInputError
            If lines and rows do not match.
        """
        new_labels = new_labels or {}
        if not isinstance(self.original, bytes):
            arrow = import_optional("pyarrow", "The command line", "cli")
            original = self.original
            if new_labels:
                original = self._relabelled(arrow, new_labels, str(column))
            return original.filter(arrow.array(support))
        mark, content, encoding = split_mark(self.original, self.encoding)
        wide = is_wide(encoding)
        content = content.decode(encoding).encode("utf-8") if wide else content
        changes = None
        if new_labels:
            of_file = "utf-8" if wide else encoding
            at = [str(name) for name in self.frame.columns].index(str(column))
            changes = Changes(at, {row: new_labels[row].encode(of_file) for row in new_labels})
        found = keep_records(content, self.separator, support, self.path, self.comment, changes)
        return mark + (found.decode("utf-8").encode(encoding) if wide else found)

    def _relabelled(self, arrow: Any, new_labels: dict[int, str], column: str) -> Any:
        """Return the Parquet table with new labels, the column being of its own type.

        Raises
        ------
        InvalidInputError
            If a label is of another type.
        """
        at = self.original.column_names.index(column)
        kept = self.original.column(at)
        entries = kept.to_pylist()
        known = {str(entry): entry for entry in entries}
        for row, text in new_labels.items():
            try:
                entries[row] = known[text] if text in known else _as_type(text, kept.type, arrow)
            except (ValueError, arrow.ArrowException) as error:
                raise InvalidInputError(
                    f"{self.path} holds {kept.type} in column {column!r}, and row {row} is to be "
                    f"relabelled to {text!r}. Labels are of the type of the column. Mend the "
                    "review."
                ) from error
        new = arrow.chunked_array([arrow.array(entries, type=kept.type)])
        return self.original.set_column(at, self.original.schema.field(at), new)

    def write_kept(
        self,
        support: NDArray[np.bool_],
        path: str,
        file: IO[bytes],
        new_labels: dict[int, str] | None = None,
        column: str | None = None,
    ) -> None:
        """Write the kept rows."""
        kept = self.kept(support, new_labels, column)
        if isinstance(kept, bytes):
            file.write(gzip.compress(kept, mtime=0) if is_compressed(path) else kept)
        else:
            import_optional("pyarrow.parquet", "The command line", "cli").write_table(kept, file)


def read_table(path: str, arguments: Namespace) -> Table:
    """Read a CSV or Parquet file.

    Raises
    ------
    InvalidInputError
        If it cannot be read, or has no rows.
    """
    import_optional("pandas", "The command line", "cli")
    separator = separator_of(path, arguments.separator)
    if format_of(path) == "parquet":
        table = _read_parquet(path)
    else:
        with open(path, "rb") as file:
            content = file.read()
        try:
            content = gzip.decompress(content) if is_compressed(path) else content
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidInputError(f"{path} cannot be unpacked: {one_line(error)}") from error
        frame = read_csv(path, content, separator, arguments.encoding, arguments.comment)
        unnamed = [name for name in frame.columns[:1] if _is_count(name, frame[name])]
        table = Table(
            path, frame, content, separator, arguments.encoding, arguments.comment, unnamed
        )
    if len(table.frame) == 0:
        raise InvalidInputError(f"{path} holds no rows.")
    return table


def _as_type(text: str, kind: Any, arrow: Any) -> Any:
    """Return a text as a value of a type of Parquet."""
    if arrow.types.is_dictionary(kind):
        kind = kind.value_type
    if arrow.types.is_boolean(kind):
        raise ValueError(text)  # the truth values of the column are known ones
    return arrow.array([text]).cast(kind)[0].as_py()


def _is_count(name: str, column: Any) -> bool:
    """Tell a first column without a name that counts the rows, as pandas writes its index."""
    count = [str(at) for at in range(len(column))]
    return name == "Unnamed: 0" and (column.tolist() == count or sorted(column) == sorted(count))


def _read_parquet(path: str) -> Table:
    pandas = import_optional("pandas", "The command line", "cli")
    parquet, pyarrow = (
        import_optional("pyarrow.parquet", "The command line", "cli"),
        import_optional("pyarrow", "The command line", "cli"),
    )
    try:
        with open(path, "rb") as file:
            original = parquet.read_table(file)
    except pyarrow.ArrowException as error:
        raise InvalidInputError(f"{path} cannot be read as Parquet: {one_line(error)}") from error
    check_names(original.column_names, path)
    # Columns of their own types; an index is a column that names the rows.
    frame = original.to_pandas(types_mapper=pandas.ArrowDtype, ignore_metadata=True)
    metadata = original.schema.pandas_metadata or {}
    index = [name for name in metadata.get("index_columns", []) if isinstance(name, str)]
    return Table(path, frame, original, ",", "utf-8", None, [n for n in index if n in frame])
