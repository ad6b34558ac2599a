"""Files are written whole or not at all."""

import os

import pytest

from skdvgs._utils.atomic_write import atomic_write, check_writable
from skdvgs.exceptions import InvalidInputError


def test_writes_and_leaves_nothing_else(tmp_path):
    with atomic_write(tmp_path / "a.txt", "w", encoding="utf-8") as file:
        file.write("é")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "é"
    assert os.listdir(tmp_path) == ["a.txt"]


def write_half(place):
    with atomic_write(place) as file:
        file.write(b"half")
        raise ZeroDivisionError


def test_an_error_leaves_the_old_file(tmp_path):
    place = tmp_path / "a.txt"
    place.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError):
        write_half(place)
    assert place.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_replaced_file_keeps_its_permissions(tmp_path):
    place = tmp_path / "a.txt"
    place.write_bytes(b"old")
    place.chmod(0o640)
    with atomic_write(place) as file:
        file.write(b"new")
    assert place.read_bytes() == b"new"
    assert place.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_permissions_of_any_other(tmp_path):
    (tmp_path / "other").write_bytes(b"")
    with atomic_write(tmp_path / "a.txt"):
        pass
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_says_before_any_work_that_it_cannot_be(tmp_path):
    with pytest.raises(InvalidInputError, match="is no folder"):
        check_writable(tmp_path / "no" / "a.txt")
    with pytest.raises(InvalidInputError, match="is no file that could be replaced"):
        check_writable(tmp_path)


def test_a_link_is_replaced_and_its_target_stays(tmp_path):
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)
    with atomic_write(link, "w") as file:
        file.write("new")
    assert target.read_text() == "old"
    assert link.read_text() == "new"
    assert not link.is_symlink()
