import os
import subprocess
import sys

import pytest

from reconstruct.files import remove_stale_parts, unique_ends, written_whole


def test_a_file_is_there_only_when_it_is_whole(tmp_path):
    path = tmp_path / "x"
    with written_whole(path) as file:
        file.write(b"all")
        assert not path.exists()
    assert path.read_bytes() == b"all"


def test_a_failed_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def write_and_fail() -> None:
        with written_whole(path) as file:
            file.write(b"new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_swept_up_and_what_a_living_one_writes_is_not(tmp_path):
    code = (
        "import os, pathlib, signal; from reconstruct.files import written_whole\n"
        f"with written_whole(pathlib.Path({str(tmp_path / 'x')!r})) as file: os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    with written_whole(tmp_path / "y"):
        remove_stale_parts(tmp_path)
        (mine,) = tmp_path.iterdir()
        assert f"-{os.getpid()}." in mine.name


def test_files_are_called_by_as_much_of_their_paths_as_differs():
    assert unique_ends(["a/1/cat.jpg", "a/2/cat.jpg"]) == {"a/1/cat.jpg": "1/cat.jpg", "a/2/cat.jpg": "2/cat.jpg"}
    assert unique_ends(["C:\\a\\cat.jpg", "pagoda"]) == {"C:\\a\\cat.jpg": "cat.jpg", "pagoda": "pagoda"}
    assert unique_ends(["a/cat", "cat"]) == {"a/cat": "a/cat", "cat": "cat"}
    assert unique_ends(["a/cat", "b/cat", "a/dog"]) == {"a/cat": "a/cat", "b/cat": "b/cat", "a/dog": "dog"}
