"""Rows that lie elsewhere read like rows of an array, whatever the kind of place."""

import itertools
import pickle
import re

import dask.array as da
import h5py
import numpy as np
import pytest
import scipy.sparse as sp
import torch
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import Dataset, IterableDataset, TensorDataset

from skdvgs._inputs.large.large_rows import LargeRows, in_blocks
from skdvgs._inputs.large.open import open_rows
from skdvgs._inputs.large.readers import MappedReader
from skdvgs.exceptions import InvalidInputError

TABLE = np.random.default_rng(0).normal(size=(300, 5))
TABLE[np.abs(TABLE) < 0.2] = 0.0


def as_memmap(folder, table):
    np.save(folder / "X.npy", table)
    return np.load(folder / "X.npy", mmap_mode="r")


def as_h5(folder, table):
    file = h5py.File(folder / "X.h5", "w")
    file["X"] = table
    return file["X"]


def as_zarr(folder, table):
    array = zarr.open(str(folder / "X.zarr"), mode="w", shape=table.shape, dtype=table.dtype)
    array[:] = table
    return array


PLACES = {
    "memmap": as_memmap,
    "h5": as_h5,
    "zarr": as_zarr,
    "csr": lambda folder, table: sp.csr_matrix(table),
    "csc array": lambda folder, table: sp.csc_array(table),
    "dask": lambda folder, table: da.from_array(table, chunks=(70, 2)),
    "dataset": lambda folder, table: TensorDataset(torch.as_tensor(table)),
    "labelled": lambda folder, table: TensorDataset(torch.as_tensor(table), torch.arange(300)),
}


class Plain(Dataset):
    def __len__(self):
        return len(TABLE)

    def __getitem__(self, i):
        return TABLE[i]


PLACES["plain dataset"] = lambda folder, table: Plain()


@pytest.fixture(params=PLACES)
def rows(request, tmp_path):
    return LargeRows(open_rows(PLACES[request.param](tmp_path, TABLE)), np.float32)


def test_reads_what_an_array_reads(rows):
    wanted = TABLE.astype(np.float32)
    assert rows.shape == (300, 5)
    assert len(rows) == 300
    assert rows.nbytes == wanted.nbytes
    for index in (
        slice(None),
        slice(3, 70),
        slice(-20, None),
        slice(10, 5),
        slice(0, 300, 7),
        np.array([5, 5, 299, 0, 120]),
        np.array([], dtype=int),
        np.arange(300) % 3 == 0,
        np.array([-1, -300]),
        7,
    ):
        read = rows[index]
        assert read.dtype == np.float32
        assert read.flags.c_contiguous
        np.testing.assert_array_equal(read, wanted[index])
    rows.check()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(-300, 299), max_size=40), st.integers(1, 50))
def test_any_rows_in_any_order(numbers, block):
    rows = LargeRows(open_rows(sp.csr_array(TABLE)), np.float64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skdvgs._inputs.large.large_rows._BLOCK_NUMBERS", 5 * block)
        patch.setattr("skdvgs._inputs.large.large_rows._MOST_GAP", block // 3)
        index = np.array(numbers, dtype=int)
        np.testing.assert_array_equal(rows[index], TABLE[index])
        blocks = list(in_blocks(rows))
    assert max(part.stop - part.start for part in blocks) == min(block, 300)
    np.testing.assert_array_equal(np.concatenate([rows[part] for part in blocks]), TABLE)


@pytest.mark.parametrize("place", ["memmap", "h5", "zarr", "csr", "dask", "plain dataset"])
def test_travels_to_another_process(place, tmp_path):
    rows = LargeRows(open_rows(PLACES[place](tmp_path, TABLE)), np.float32)
    if place == "h5":
        rows._reader._array.file.flush()
        rows._reader._array.file.close()
        rows = LargeRows(open_rows(h5py.File(tmp_path / "X.h5", "r")["X"]), np.float32)
    sent = pickle.dumps(rows)
    if place in ("memmap", "h5"):
        assert len(sent) < TABLE.nbytes / 2  # the name of the file, not the rows
    np.testing.assert_array_equal(pickle.loads(sent)[10:20], rows[10:20])


@pytest.mark.parametrize(
    "view",
    [lambda a: a[40:90], lambda a: a[:, 1:3], lambda a: a[::2], lambda a: a.T.reshape(5, 300)],
)
def test_a_part_of_a_memory_mapped_array_stays_that_part(view, tmp_path):
    part = view(as_memmap(tmp_path, TABLE))
    reader = open_rows(part)
    again = pickle.loads(pickle.dumps(reader))
    np.testing.assert_array_equal(again.read(0, len(part)), part)


def test_of_a_memory_mapped_file_with_a_header(tmp_path):
    with open(tmp_path / "X.bin", "wb") as file:
        file.write(b"header..")
        file.write(TABLE.tobytes())
    mapped = np.memmap(tmp_path / "X.bin", dtype=float, mode="r", offset=8, shape=TABLE.shape)
    again = pickle.loads(pickle.dumps(open_rows(mapped[100:])))
    np.testing.assert_array_equal(again.read(0, 200), TABLE[100:])


def test_rows_made_by_a_function():
    rows = LargeRows(MappedReader(TABLE, lambda X: 2 * X[:, :2]), np.float64)
    np.testing.assert_array_equal(rows[:], 2 * TABLE[:, :2])
    np.testing.assert_array_equal(rows[np.array([4, 2])], 2 * TABLE[[4, 2], :2])


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_names_the_first_row_that_is_not_finite(bad, tmp_path):
    table = TABLE.copy()
    table[[211, 250], 3] = bad
    for place in ("memmap", "csr", "dask"):
        rows = LargeRows(open_rows(PLACES[place](tmp_path, table)), np.float32)
        with pytest.raises(InvalidInputError, match=r"(NaN|infinity)[^$]*Row 211 is the first"):
            rows.check()


def test_says_which_rows_cannot_be_read(tmp_path):
    dataset = as_h5(tmp_path, TABLE)
    rows = LargeRows(open_rows(dataset), np.float32)
    dataset.file.close()
    with pytest.raises(InvalidInputError, match=r"Rows 0 to 20 of X cannot be read"):
        rows[:20]


class Odd(Dataset):
    """Its eleventh item is as the test says."""

    def __init__(self, odd):
        self.odd = odd

    def __len__(self):
        return 20

    def __getitem__(self, i):
        return self.odd if i == 11 else np.ones(3)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (np.ones(4), "cannot be read"),
        (np.array(["a", "b", "c"]), "are no numbers"),
        (np.ones(3) * 1j, "Complex data not supported"),
        (np.array([1, np.nan, 1]), "Row 11 is the first one"),
    ],
)
def test_items_unlike_the_others(odd, message):
    rows = LargeRows(open_rows(Odd(odd)), np.float32)
    with pytest.raises(InvalidInputError, match=message):
        rows.check()


class Stream(IterableDataset):
    def __iter__(self):
        return iter(TABLE)


def test_refuses_data_sets_without_row_numbers():
    with pytest.raises(InvalidInputError, match="score_chunks"):
        open_rows(Stream())
    with pytest.raises(InvalidInputError, match=re.escape("is empty")):
        open_rows(TensorDataset(torch.ones(0, 2), torch.ones(0)))
    three = TensorDataset(*(torch.ones(4, 2) for _ in range(3)))
    with pytest.raises(InvalidInputError, match="3 parts"):
        open_rows(three)


@pytest.mark.parametrize("X", [TABLE, TABLE.tolist(), TABLE[0], sp.coo_array(TABLE[0])])
def test_what_is_in_memory_is_left_to_scikit_learn(X):
    if sp.issparse(X) and X.ndim == 2:
        pytest.skip("this SciPy has no sparse arrays of one dimension")
    assert open_rows(X) is None


def test_pages_that_were_read_are_given_back(tmp_path):
    table = np.random.default_rng(0).normal(size=(40_000, 25))
    mapped = as_memmap(tmp_path, table)
    rows = LargeRows(open_rows(mapped), np.float64)
    given_back = []

    class Map:
        def madvise(self, advice, first, length):
            given_back.append((first, length))

    rows._reader._map = Map()
    pages = mapped.base
    while isinstance(pages, np.ndarray):
        pages = pages.base
    with pytest.MonkeyPatch.context() as patch:
        find = rows._reader.read.__globals__["_pages_of"]
        patch.setattr("skdvgs._inputs.large.readers._pages_of", lambda part, _: find(part, pages))
        parts = [rows[part] for part in in_blocks(rows, 10_000)]
    np.testing.assert_array_equal(np.concatenate(parts), table)
    assert len(given_back) == 3
    assert all(
        first % 4096 == 0 and 1_990_000 < length <= 2_000_000 for first, length in given_back
    )
    assert all(a[0] + a[1] <= b[0] for a, b in itertools.pairwise(given_back))


@pytest.mark.parametrize("mode", ["r+", "c"])
def test_pages_that_may_have_been_written_to_stay(mode, tmp_path):
    np.save(tmp_path / "X.npy", TABLE)
    mapped = np.load(tmp_path / "X.npy", mmap_mode=mode)
    mapped[7] = 1.0
    rows = LargeRows(open_rows(mapped), np.float64)
    for part in (*in_blocks(rows, 50), *in_blocks(rows, 50)):
        np.testing.assert_array_equal(rows[part], mapped[part])
    assert rows._reader._map is None
