from tests.bench.latency.load import ranked, since
from tests.bench.memory.endless import Endless


def test_percentiles_are_values_that_were_seen() -> None:
    seconds = [n / 1000 for n in range(100, 0, -1)]
    assert dict(ranked("applied", seconds)) == {
        "applied p50 ms": 50.0,
        "applied p95 ms": 95.0,
        "applied p99 ms": 99.0,
    }
    assert dict(ranked("applied", [0.25]))["applied p99 ms"] == 250.0


def test_latency_counts_from_when_a_delivery_was_to_leave() -> None:
    assert since({"a": 10.0, "b": 11.0}, {"a": 10.5, "other": 99.0}) == [0.5]


def test_no_two_pages_of_an_endless_past_share_an_identity() -> None:
    first = "00000000-0000-4000-8000-00000000000"

    def template(environ: dict[str, str], start_response: object) -> list[bytes]:
        return [f'[{{"guid":"{first}1"}},{{"guid":"{first}2"}}]'.encode()]

    past = Endless(template, pages=2)

    def ask(window: str, number: int) -> bytes:
        asked = {"PATH_INFO": "/orders/v2/ordersBulk", "QUERY_STRING": ""}
        asked["QUERY_STRING"] = f"startDate={window}&page={number}"
        return b"".join(past(asked, lambda *_: None))

    pages = [ask("a", 1), ask("a", 2)]
    assert len({guid for page in pages for guid in page.split(b'"')[3::4]}) == 4
    assert ask("a", 1) == pages[0]
    assert ask("a", 3) == ask("b", 1) == b"[]"
