"""Review files: what is read from them, and what is refused."""

import pytest

from skdvgs._reporting.review.decisions import Decision, is_review, read_review
from skdvgs.exceptions import InvalidInputError

HEAD = "row,decision,label,note,given_label,label_column,row_column\n"


@pytest.fixture
def write(tmp_path):
    def write_it(text, encoding="utf-8"):
        path = tmp_path / "review.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write_it


def test_reads_what_a_page_saves(write):
    path = write(HEAD + '7,keep,,,cat,kind,\n"a ""b"", c",relabel,dog,"two\nlines",cat,kind,\n')
    review = read_review(path)
    assert review.label_column == "kind"
    assert review.row_column == ""
    assert list(review.decisions.values()) == [
        Decision("7", "keep", given_label="cat"),
        Decision('a "b", c', "relabel", "dog", "two\nlines", "cat"),
    ]
    assert is_review(path)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_reads_what_spreadsheets_make_of_it(write, mark):
    text = HEAD + "7,relabel,dog,,cat,kind,\n"
    path = write(text.replace(",", mark).replace("\n", "\r\n"), "utf-8-sig")
    assert is_review(path)
    assert read_review(path).decisions["7"] == Decision("7", "relabel", "dog", "", "cat")


def test_three_columns_are_enough(write):
    decision = read_review(write("row,decision,label\n3,drop,\n")).decisions["3"]
    assert decision == Decision("3", "drop")
    assert decision.given_label is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c\n1,2,3\n", "has no column 'row'. A review is the file"),
        ("row,decision,label\n1,drop,\n1,keep,\n", "line 3 decides on row '1' for the second time"),
        ("row,decision,label\n1,delete,\n", "line 2 holds the decision 'delete'. Known are keep"),
        ("row,decision,label\n1,relabel,\n", "line 2 relabels row '1' and does not say how"),
        (HEAD + "1,drop,,,,a,\n2,drop,,,,b,\n", "names several columns as its label_column: a, b"),
    ],
)
def test_what_cannot_be_meant_is_refused(write, text, said):
    with pytest.raises(InvalidInputError, match=said):
        read_review(write(text))


def test_other_files_are_no_reviews(write, tmp_path):
    assert not is_review(write("row,decision,label,income\n1,2,3,4\n"))
    assert not is_review(write("a,b\n1,2\n"))
    assert not is_review(tmp_path / "none.csv")
    assert not is_review(write("row,decision,label\n\xe9,drop,\n", "latin-1"))
    with pytest.raises(InvalidInputError, match="not in UTF-8"):
        read_review(write("row,decision,label\n\xe9,drop,\n", "latin-1"))
