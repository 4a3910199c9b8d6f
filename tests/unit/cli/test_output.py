import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from cli import output
from cli.output import Output


@pytest.fixture(autouse=True)
def _nothing_answered_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_answered", False)


def test_money_is_text_and_instants_are_utc(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    Output(as_json=True).answer({"total": Decimal("9.10"), "at": at, "on": date(2026, 1, 2)}, "")
    assert json.loads(capsys.readouterr().out) == {
        "total": "9.10",
        "at": "2026-01-02T03:04:05Z",
        "on": "2026-01-02",
    }


def test_a_list_says_where_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).items([{"name": "a"}], {"name": "Name"}, empty="", after="x")
    assert json.loads(capsys.readouterr().out) == {"items": [{"name": "a"}], "next": "x"}


def test_people_get_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"name": "Café [north]", "total": Decimal("9.10")}]
    Output(as_json=False).items(rows, {"name": "Name", "total": "Total"}, empty="")
    said = capsys.readouterr().out
    assert "Café [north]" in said
    assert "9.10" in said


def test_an_empty_list_says_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=False).items([], {"name": "Name"}, empty="None yet: connect one.")
    assert capsys.readouterr().out == "None yet: connect one.\n"


def test_what_is_said_in_passing_is_not_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).say("Reading on.")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Reading on.\n")


@pytest.mark.parametrize("told", ["\x1b]0;title\x07", "\x9b31m", "\r", "\u202e"])
def test_a_terminal_obeys_nothing_that_a_stranger_wrote(
    told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = Output(as_json=False)
    out.items([{"name": f"Ada{told}"}], {"name": "Name"}, empty="")
    out.say(f"Reading {told}.")
    output.fault("code", f"No {told}.", "", as_json=False)
    out.answer({}, f"One {told}.")
    said = capsys.readouterr()
    assert not set(told[:1]) & set(said.out + said.err)
    assert "Ada" in said.out
