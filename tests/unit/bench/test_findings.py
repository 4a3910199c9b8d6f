from pathlib import Path

import pytest

from tests.bench import charts, findings, page, table
from tests.bench.contest import Row
from tests.bench.findings import Finding


def _row(work: str, others: float = 0.0, figure: str = "x/s", against: str = "floor") -> Row:
    ends = {"lowest": 0.4, "highest": 0.6, "goal": "≥ 0.9", "met": False}
    return Row(work, figure, 840.0, against, 1730.0, 0.5, **ends, rounds=5, others=others)


def _finding(work: str, at: str = "2026-11-01T10:00:00+00:00") -> Finding:
    return Finding([_row(work)], at, 60.0, False, {"Python": "3.11"})


def test_a_run_of_one_part_leaves_the_others_as_they_were_with_their_own_dates() -> None:
    known = {"drain": _finding("drain"), "receiver": _finding("receiver")}
    new = {"drain": _finding("drain", "2026-11-28T10:00:00+00:00")}
    both = findings.merged(known, new, ["receiver", "drain", "memory"])
    assert list(both) == ["receiver", "drain"]
    assert [one.at[:10] for one in both.values()] == ["2026-11-01", "2026-11-28"]


def test_a_part_that_is_measured_no_more_leaves_the_page() -> None:
    assert not findings.merged({"gone": _finding("gone")}, {}, ["drain"])


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    findings.write({"drain": _finding("drain")}, file)
    assert findings.read(file) == {"drain": _finding("drain")}
    assert findings.read(tmp_path / "none.json") == {}


def test_only_what_is_between_the_markers_is_written_anew() -> None:
    text = "a\n<!-- x: written by make bench -->\nold\n<!-- x: end -->\nb\n"
    once = page.between(text, "x", "new\n")
    assert once == ("a\n<!-- x: written by make bench -->\n\nnew\n\n<!-- x: end -->\nb\n")
    assert page.between(once, "x", "new") == once


@pytest.mark.parametrize("text", ["", "<!-- x: end --><!-- x: written by make bench -->"])
def test_a_page_without_its_markers_is_left_alone(text: str) -> None:
    with pytest.raises(page.MarkerError):
        page.between(text, "x", "new")


def test_the_page_itself_has_its_place_for_figures() -> None:
    assert "## Figures" in page.between(page.PAGE.read_text(), page.FOUND, "new")


def test_a_table_names_work_once_and_marks_rows_of_a_busy_machine() -> None:
    lines = table.markdown([_row("drain"), _row("drain", others=40.0)]).splitlines()
    assert lines[2] == "| drain | x/s | 840 | floor: 1,730 | 0.50 | 0.40–0.60 | ≥ 0.9 | missed |"
    assert lines[3].startswith("|  | x/s |")
    assert lines[3].endswith("| missed (busy) |")


@pytest.mark.parametrize(
    ("value", "said"), [(1730.4, "1,730"), (14.26, "14.3"), (0.751, "0.751"), (0.0, "0")]
)
def test_numbers_have_the_digits_that_count(value: float, said: str) -> None:
    assert table.number(value) == said


def test_a_chart_is_the_same_for_the_same_figures_and_fits_any_page(tmp_path: Path) -> None:
    bars = {"ours": 840.0, "verify, one INSERT": 1730.0}
    drawn = charts.draw("receiver: requests/s", bars)
    assert drawn == charts.draw("receiver: requests/s", bars)
    assert "840" in drawn
    assert "<!--" not in drawn
    assert "<script" not in drawn


def test_charts_of_work_that_is_gone_go(tmp_path: Path) -> None:
    (tmp_path / "old-work.svg").write_text("old")
    charts.write({"drain": _finding("drain, 1 process")}, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["drain-1-process.svg"]


def test_a_chart_compares_the_figure_that_stands_first_with_all_its_contestants() -> None:
    rows = [_row("drain"), _row("drain", against="usual"), _row("drain", figure="CPU ms each")]
    (chart,) = charts.of("drain", Finding(rows, "2026-11-01", 1.0, False, {}))
    assert chart == ("drain.svg", "drain: x/s")
