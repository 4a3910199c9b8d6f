import json

import click
import pytest

from cli import exit, failure, output
from cli.main import run
from config.errors import PermanentError, TransientError


@pytest.fixture(autouse=True)
def _nothing_answered_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_answered", False)


def _raising(error: Exception, *arguments: str) -> int:
    def run() -> None:
        raise error

    return failure.guard(run, arguments)


_FAULT = PermanentError("toast.refused", "Toast refused the secret.", next_step="Connect again.")


def test_a_fault_is_a_sentence_and_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert _raising(_FAULT) == exit.FAILED
    said = capsys.readouterr()
    assert said.err == "Toast refused the secret.\nConnect again.\n"
    assert said.out == ""


def test_with_json_it_is_the_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert _raising(_FAULT, "--json") == exit.FAILED
    assert json.loads(capsys.readouterr().out) == {
        "error": {
            "code": "toast.refused",
            "sentence": "Toast refused the secret.",
            "next_step": "Connect again.",
        }
    }


def test_after_the_answer_there_is_no_second_document(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_json({"web": "up"})
    _raising(_FAULT, "--json")
    said = capsys.readouterr()
    assert json.loads(said.out) == {"web": "up"}
    assert "Toast refused" in said.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TransientError("toast.quota", "Toast asks to wait."), exit.PARKED),
        (TransientError("database.away", "The database is away."), exit.FAILED),
        (click.UsageError("No such thing."), exit.WRONG_USE),
        (KeyError("boom"), exit.FAILED),
    ],
)
def test_the_exit_code_says_how_it_ended(error: Exception, code: int) -> None:
    assert _raising(error) == code


def test_a_surprise_shows_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    _raising(KeyError("boom"))
    said = capsys.readouterr().err
    assert "Something unexpected happened: KeyError." in said.splitlines()[-2]


def test_wrong_use_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    code = failure.guard(lambda: run(["nonsense"]), ["nonsense"])
    assert code == exit.WRONG_USE
    assert "taxpoynt --help" in capsys.readouterr().err
