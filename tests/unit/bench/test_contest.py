import pytest

from tests.bench import contest, quiet
from tests.bench.contest import OURS, Goal, Samples


@pytest.fixture(autouse=True)
def _nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "taken_by_others", lambda: 3.0)


def _samples(ours: list[float], floor: list[float]) -> Samples:
    samples = Samples()
    samples.update({OURS: [{"x": v} for v in ours], "floor": [{"x": v} for v in floor]})
    return samples


def test_each_round_runs_in_the_opposite_order_of_the_one_before() -> None:
    ran: list[str] = []

    def contestant(name: str) -> contest.Figures:
        ran.append(name)
        return {"x": 1.0}

    contest.run({"a": lambda: contestant("a"), "b": lambda: contestant("b")}, 3)
    assert ran == ["a", "b", "b", "a", "a", "b"]


def test_the_ratio_is_taken_within_each_round_and_not_between_medians() -> None:
    # The machine was twice as slow in the second round, for both.
    row = contest.row(_samples([10, 5, 30], [20, 10, 20]), "w", "x", "floor")
    assert (row.subject, row.floor, row.ratio) == (10, 20, 0.5)
    assert (row.lowest, row.highest, row.rounds) == (0.5, 1.5, 3)


def test_a_figure_without_a_contestant_is_held_to_an_amount() -> None:
    row = contest.amount(_samples([400, 700, 450], []), "w", "x", Goal(at_most=500))
    assert (row.subject, row.floor, row.ratio, row.met) == (450, None, None, True)
    assert (row.lowest, row.highest) == (400, 700)


@pytest.mark.parametrize(
    ("goal", "ratio", "met"),
    [
        (Goal(at_least=0.9), 0.9, True),
        (Goal(at_least=0.9), 0.89, False),
        (Goal(at_most=2.5), 2.5, True),
        (Goal(at_most=2.5), 2.6, False),
        (Goal(), 1.0, None),
    ],
)
def test_a_goal_is_met_at_its_very_bound(goal: Goal, ratio: float, met: bool | None) -> None:
    assert goal.met_by(ratio) is met


def test_a_row_tells_the_most_that_others_took_before_any_of_its_rounds() -> None:
    samples = contest.run({OURS: lambda: {"x": 1.0}}, 2)
    samples.others[1] = 40.0
    assert contest.amount(samples, "w", "x").others == 40.0
