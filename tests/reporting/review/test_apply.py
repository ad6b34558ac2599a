"""Carry out a review on a dataframe."""

import numpy as np
import pandas as pd
import pytest

from skdvgs import apply_review
from skdvgs.exceptions import InvalidInputError

HEAD = "row,decision,label,note,given_label,label_column,row_column\n"
FRAME = pd.DataFrame(
    {"weight": [4.0, 30.0, 0.2, 5.0], "kind": ["dog", "dog", "cat", "cat"]},
    index=["rex", "bo", "mia", "tom"],
)


@pytest.fixture
def review(tmp_path):
    def write(*lines, head=HEAD):
        path = tmp_path / "review.csv"
        path.write_text(head + "".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    return write


def test_keeps_relabels_and_drops(review):
    before = FRAME.copy()
    path = review("rex,relabel,cat,,dog,kind,", "mia,drop,,sick,cat,kind,", "tom,keep,,,cat,kind,")
    done = apply_review(FRAME, path)
    expected = FRAME.loc[["rex", "bo", "tom"]].assign(kind=["cat", "dog", "cat"])
    pd.testing.assert_frame_equal(done.frame, expected)
    pd.testing.assert_frame_equal(done.trusted, expected.loc[["rex", "tom"]])
    assert (done.n_kept, done.n_relabelled, done.n_dropped) == (1, 1, 1)
    assert repr(done) == "1 row dropped, 1 relabelled, 1 kept as they are. 3 of 4 rows are left."
    pd.testing.assert_frame_equal(FRAME, before)
    with pytest.raises(InvalidInputError, match="does not have: 'mia'"):
        apply_review(done.frame, path)


def test_a_row_that_has_its_new_label_already_is_fine(review):
    path = review("rex,relabel,cat,,dog,kind,")
    once = apply_review(FRAME, path).frame
    pd.testing.assert_frame_equal(apply_review(once, path).frame, once)


def test_polars_rows_are_known_by_their_positions(review):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"kind": ["dog", "dog", "cat"], "n": [1, 2, 3]})
    path = review("0,relabel,cat,,dog,kind,", "2,drop,,,cat,kind,")
    assert apply_review(frame, path).frame.rows() == [("cat", 1), ("dog", 2)]
    as_category = frame.with_columns(polars.col("kind").cast(polars.Categorical))
    done = apply_review(as_category, path).frame
    assert done["kind"].dtype == polars.Categorical
    assert done["kind"].to_list() == ["cat", "dog"]


@pytest.mark.parametrize(
    ("column", "text", "entry"),
    [
        (pd.Series([1, 2, 2]), "3", 3),
        (pd.Series([1.0, 2.5, 2.5]), "3", 3.0),
        (pd.Series([True, False, False]), "False", False),
        (pd.Series(["a", "b", "b"], dtype="category"), "c", "c"),
        (pd.Series(["01", "1", "1"]), "1", "1"),
        (pd.Series(["a", None, "b"]), "new", "new"),
        (pd.Series([1, 2, 2], dtype="Int64"), "2", 2),
    ],
)
def test_new_labels_are_of_the_kind_of_the_column(review, column, text, entry):
    frame = pd.DataFrame({"y": column})
    done = apply_review(
        frame, review(f"0,relabel,{text},,,,", head=HEAD.replace("given_", "x")), label="y"
    )
    assert done.frame["y"].iloc[0] == entry
    assert done.frame["y"].iloc[1:].equals(frame["y"].iloc[1:].astype(done.frame["y"].dtype))
    if not hasattr(column.dtype, "categories"):
        assert done.frame["y"].dtype == column.dtype


def test_numbers_are_known_however_they_are_spelt(review):
    frame = pd.DataFrame({"y": [1.0, 2.0]})
    done = apply_review(frame, review("0,drop,,,1,y,", "1,keep,,,2.0,y,"))
    assert done.frame["y"].tolist() == [2.0]


@pytest.mark.parametrize(
    ("lines", "frame", "options", "said"),
    [
        (["0,drop,,,dog,kind,"], FRAME, {}, "does not have: '0'; its rows are named 'rex', 'bo'"),
        (["rex,drop,,,cat,kind,"], FRAME, {}, "has the label 'dog', and had 'cat' when"),
        (["rex,relabel,cat,,dog,,"], FRAME, {}, "does not name the column of the labels"),
        (["rex,relabel,cat,,dog,sort,"], FRAME, {}, "frame has no column 'sort'; it has"),
        (
            ["rex,relabel,x,,4.0,weight,"],
            FRAME,
            {},
            "relabels a row to 'x', but the column 'weight'",
        ),
        (["rex,drop,,,dog,kind,"], FRAME.set_axis(["rex"] * 4), {}, "4 rows named 'rex'"),
        (["rex,drop,,,dog,kind,"], np.zeros((3, 2)), {}, "frame is of type ndarray"),
        (["0,relabel,2.5,,1,,"], pd.DataFrame({"y": [1, 2]}), {"label": "y"}, "to '2.5', but the"),
        (["0,relabel,x,,True,,"], pd.DataFrame({"y": [True]}), {"label": "y"}, "to 'x', but the"),
    ],
)
def test_refuses_rather_than_guesses(review, lines, frame, options, said):
    with pytest.raises(InvalidInputError, match=said):
        apply_review(frame, review(*lines), **options)


def test_a_row_whose_label_is_gone_is_refused(review):
    frame = pd.DataFrame({"y": ["a", None]})
    assert len(apply_review(frame, review("1,drop,,,,y,")).frame) == 1
    with pytest.raises(InvalidInputError, match=r"has the label '\w+', and had 'b'"):
        apply_review(frame, review("1,drop,,,b,y,"))
