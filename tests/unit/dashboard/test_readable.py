"""Bodies laid out for reading."""

from dashboard.readable import readable_json


def test_figures_stay_as_they_were_sent() -> None:
    text = readable_json(b'{"a":1.10,"b":12345678901234567890,"c":-1e5,"d":"2.00"}')
    assert '"a": 1.10,' in text
    assert '"b": 12345678901234567890,' in text
    assert '"c": -1e5,' in text
    assert '"d": "2.00"' in text


def test_secrets_are_hidden_by_name_and_by_shape() -> None:
    text = readable_json(
        b'{"deep":[{"clientSecret":"s3cret"}],"note":"Bearer abcdefghijkl","url":"http://u:pw@h/"}'
    )
    for secret in ("s3cret", "abcdefghijkl", "pw"):
        assert secret not in text


def test_what_is_no_json_stays_as_it_is() -> None:
    assert readable_json(b"plain \xff") == "plain \ufffd"
    assert readable_json("[" * 100_000).startswith("[[[")


def test_a_long_body_is_cut_and_says_so() -> None:
    text = readable_json("x" * 200_010)
    assert text.endswith("… and 10 characters more")
