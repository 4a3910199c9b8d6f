import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contact_keys import email_key, name_key, phone_key, phone_shown


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (" Ada.Obi@Example.COM\n", "ada.obi@example.com"),
        ("\ufeffada@example.com", "ada@example.com"),
        # The same ü, in one letter and in two, and as machines spell it.
        ("ada@MÜNCHEN.de", "ada@münchen.de"),
        ("ada@mu\u0308nchen.de", "ada@münchen.de"),
        ("ada@xn--mnchen-3ya.de", "ada@münchen.de"),
        ("ada@example.com.", "ada@example.com"),
        # Another's domain than strasse.de.
        ("ada@straße.de", "ada@straße.de"),
        ("a.d.a+toast@gmail.com", "a.d.a+toast@gmail.com"),
    ],
)
def test_an_email_has_one_form(written: str, key: str) -> None:
    assert email_key(written) == key


@pytest.mark.parametrize(
    "written",
    [
        *(None, "", " ", "n/a", "none@", "@example.com", "ada@example", "a..b@example.com"),
        *(".ada@example.com", "ada obi@example.com", "ada@@example.com", "ada@10.0.0.1"),
        *("ada@-example.com", "ada@exam_ple.com", "a@b.com, c@d.com", "x" * 65 + "@example.com"),
        f"ada@{'.'.join(['x' * 63] * 4)}",
    ],
)
def test_what_cannot_be_an_email_is_none(written: str | None) -> None:
    assert email_key(written) is None


@given(st.text() | st.from_regex(r"[^@]{1,9}@(xn--)?[^@]{1,9}\.[^@]{1,9}", fullmatch=True))
def test_a_key_is_its_own_key(text: str) -> None:
    key = email_key(text)
    assert key is None or email_key(key) == key
    name = name_key(text)
    assert name is None or name_key(name) == name


@pytest.mark.parametrize(
    ("written", "beside", "place", "key"),
    [
        ("(617) 254-0123", "1", None, "+16172540123"),
        ("617.254.0123", "US", None, "+16172540123"),
        ("6172540123", "+1", "GB", "+16172540123"),
        ("16172540123", None, "US", "+16172540123"),
        # Another country's, said by itself, or by the platform, or by where the till is.
        ("+44 20 7946 0958", "1", "US", "+442079460958"),
        ("020 7946 0958", "44", "US", "+442079460958"),
        ("0803 123 4567", None, "NG", "+2348031234567"),
        ("0803 123 4567", "no code", "NG", "+2348031234567"),
        ("٠٨٠٣١٢٣٤٥٦٧", None, "ng", "+2348031234567"),
    ],
)
def test_a_phone_has_one_form(
    written: str, beside: str | None, place: str | None, key: str
) -> None:
    assert phone_key(written, beside, place) == key


@pytest.mark.parametrize(
    ("written", "beside", "place"),
    [
        (None, "1", "US"),
        ("", "1", "US"),
        ("none", "1", "US"),
        ("555-0100", "1", "US"),
        ("000 000 0000", "1", "US"),
        # Nobody says where.
        ("6172540123", None, None),
        # Not the till's country where the platform says another.
        ("020 7946 0958", "1", "GB"),
        # A switchboard's.
        ("617-254-0123 x12", "1", "US"),
        ("1" * 300, "1", "US"),
    ],
)
def test_what_reaches_nobody_for_certain_is_none(
    written: str | None, beside: str | None, place: str | None
) -> None:
    assert phone_key(written, beside, place) is None


@given(st.text(), st.none() | st.text(max_size=4), st.none() | st.sampled_from(["US", "GB", "DE"]))
def test_no_text_breaks_it(written: str, beside: str | None, place: str | None) -> None:
    key = phone_key(written, beside, place)
    assert key is None or phone_key(key, beside, place) == key


def test_names_have_no_accents_and_no_more_blanks_than_needed() -> None:
    assert name_key(" Zoë ", "O'Brien  Núñez") == "zoe o'brien nunez"
    assert name_key(None, " ") is None


def test_a_phone_is_shown_as_it_is_written() -> None:
    assert phone_shown("+16172540123") == "+1 617-254-0123"
    assert phone_shown("odd") == "odd"
