import pytest

from reconstruct.runs.trace import read

HEAD, ROW = "step,seconds,total\n", "0,0.5,2\n"


@pytest.mark.parametrize("rest", ["", "1,0.6", "1,0.6,12", "1,0.6,1\0\0\n", "1,x,1\n", "1\n"])
def test_rows_that_are_cut_off_or_damaged_are_left_out(tmp_path, rest):
    (tmp_path / "trace.csv").write_text(HEAD + ROW + rest, encoding="utf-8")
    assert read(tmp_path / "trace.csv") == [{"step": 0, "seconds": 0.5, "total": 2}]


def test_without_a_file_there_are_no_rows(tmp_path):
    assert read(tmp_path / "trace.csv") == []
