import pytest

from cli import exit, failure
from cli.main import run


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("up --port abc", "'abc' is not a whole number."),
        ("web --port 1.5", "'1.5' is not a whole number."),
        ("retry seven", "'seven' is not a whole number."),
        ("up --port 70000", "70000 is not in the range 1<=x<=65535."),
        ("sandbox toast --live -3", "'-3' is not more than 0 seconds."),
        ("sandbox toast --live 0", "'0' is not more than 0 seconds."),
        ("sandbox toast --live nan", "'nan' is not more than 0 seconds."),
        ("sandbox toast --live soon", "'soon' is not a number of seconds."),
    ],
)
def test_a_quantity_that_makes_no_sense_is_refused_in_words(
    typed: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = typed.split()
    assert failure.guard(lambda: run(arguments), arguments) == exit.WRONG_USE
    assert said in capsys.readouterr().err
