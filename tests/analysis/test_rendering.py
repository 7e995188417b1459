"""What figures, tables and reports share."""

import csv
import io
import math

import pytest

from nasplug.analysis.rendering import (
    FORMATS,
    figure_format,
    new_figure,
    require_libraries,
    save_figure,
    to_csv,
    to_json_values,
)
from nasplug.errors import UsageError


def test_missing_libraries_are_named_with_the_command_that_installs_them():
    require_libraries()
    install = r"which are not installed: pip install 'nasplug\[analysis\]'"
    with pytest.raises(UsageError, match=f"Figures and tables need nothing_a, nothing_b, {install}"):
        require_libraries(("json", "nothing_a", "nothing_b"))


def test_json_has_no_value_for_what_is_no_finite_number():
    document = {1: (math.nan, math.inf, 0.5), "a": {"b": [-math.inf, "NaN", None, 3]}}
    assert to_json_values(document) == {"1": [None, None, 0.5], "a": {"b": [None, "NaN", None, 3]}}


def test_the_columns_of_a_csv_are_those_of_all_rows():
    assert to_csv([{"a": 1, "b": "x,y"}, {"a": 2, "c": None}]) == 'a,b,c\n1,"x,y",\n2,,\n'


@pytest.mark.parametrize("text", ["a\rb", "a\r\nb", "a\nb", "a\r\n", "\r", 'say "x"\r'])
def test_a_cell_with_the_end_of_a_line_is_read_back_as_it_was(text):
    written = to_csv([{"a": text, "b": 1}, {"a": 2, "b": text}])
    assert list(csv.DictReader(io.StringIO(written, newline=""))) == [{"a": text, "b": "1"}, {"a": "2", "b": text}]


@pytest.mark.parametrize("name", ["x.PNG", "x.svg", "a.b.pdf"])
def test_the_format_of_a_figure_is_that_of_its_name(tmp_path, name):
    assert figure_format(tmp_path / name) == name[-3:].lower()


@pytest.mark.parametrize("name", ["x.bmp", "png", "x"])
def test_other_formats_are_refused(tmp_path, name):
    with pytest.raises(UsageError, match="a figure is written as .png, .svg, .pdf"):
        figure_format(tmp_path / name)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_figure_is_written_with_the_same_bytes_again(tmp_path, suffix):
    for name in ("first", "second"):
        figure, axes = new_figure()
        axes.plot([1, 2], [3, 5])
        axes.set_title(r"$\no{formula}$")
        save_figure(figure, tmp_path / f"{name}.{suffix}")
    assert (tmp_path / f"first.{suffix}").read_bytes() == (tmp_path / f"second.{suffix}").read_bytes()


def test_a_file_that_cannot_be_written_is_one_message(tmp_path):
    with pytest.raises(UsageError, match="cannot be written: No such file or directory. Name another file"):
        save_figure(new_figure()[0], tmp_path / "nowhere" / "x.svg")
