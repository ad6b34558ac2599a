"""CSV files cut by record: every byte of a kept row is as it was."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skdvgs._cli._records import keep_records, split_records
from skdvgs.exceptions import InvalidInputError

HARD = (
    b"\xef\xbb\xbfname,said\r\n"
    b'a,"two\nlines"\r\n'
    b"\r\n"
    b'b,"a ""quoted"" word, and a comma"\r\n'
    b'c,5" pipe\r\n'
    b" d , spaces  \n"
    b'"e\n\nf",last without an end'
)


def test_records_are_what_pandas_reads():
    frame = pd.read_csv(io.BytesIO(HARD))
    assert len(frame) == 5
    for row in range(5):
        support = np.arange(5) == row
        kept = keep_records(HARD, ",", support, "hard.csv")
        assert kept.startswith(HARD.splitlines(keepends=True)[0])
        pd.testing.assert_frame_equal(
            pd.read_csv(io.BytesIO(kept)), frame[support].reset_index(drop=True)
        )


def test_all_kept_is_the_file_itself():
    assert keep_records(HARD, ",", np.ones(5, dtype=bool), "hard.csv") == HARD


entries = st.text(st.sampled_from('ab",; \n'), max_size=6)


@given(st.lists(st.tuples(entries, entries), min_size=1, max_size=8), st.data())
def test_any_table_that_pandas_writes(rows, data):
    frame = pd.DataFrame(rows, columns=["a,b", "c"]).assign(number=range(len(rows)))
    content = frame.to_csv(index=False, lineterminator="\n").encode()
    support = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    assert b"".join(split_records(content, ",")) == content
    kept = keep_records(content, ",", support, "a.csv")
    read = pd.read_csv(io.BytesIO(kept), dtype=str, keep_default_na=False)
    assert read["number"].astype(int).tolist() == np.flatnonzero(support).tolist()
    assert read["c"].tolist() == frame["c"][support].tolist()


def test_rows_that_do_not_match_are_refused():
    with pytest.raises(InvalidInputError, match="was read as 4 rows but holds 5 lines"):
        keep_records(HARD, ",", np.ones(4, dtype=bool), "hard.csv")
