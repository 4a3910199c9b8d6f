"""E-mails, phones and names in one form each: by these guests are matched and searched for.

A key that doesn't fit anybody for certain is None: rather is one guest known twice than two as one.
"""

import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

# RFC 5321, 4.5.3.1: of what stands before the @, of one label, of all (read 2026-12-01).
_LONGEST_LOCAL, _LONGEST_LABEL, _LONGEST = 64, 63, 254
# Longer ones say no more, and an index holds no page of text.
_LONGEST_NAME = 200
# Only quoted could these stand before the @, and nobody's do.
_NOBODYS = set('()<>[],;:\\"@')
# What copying brings along and nobody sees.
_UNSEEN = "\u200b\u2060\ufeff"
# What phonenumbers calls a code that is no country's.
_NO_COUNTRY = ("ZZ", "001")


def email_key(text: str | None) -> str | None:
    """An e-mail trimmed, in small letters, composed (NFC), its domain in letters, not `xn--`.

    What stands before the @ is kept to the letter: only its provider knows that dots don't count.
    None for what can't be an e-mail.
    """
    plain = _folded((text or "").strip().strip(_UNSEEN).strip())
    local, at, domain = plain.rpartition("@")
    domain = ".".join(map(_spelled, domain.removesuffix(".").split(".")))
    if not (at and _is_local(local) and _is_domain(domain)):
        return None
    key = f"{local}@{domain}"
    return key if len(key) <= _LONGEST else None


@lru_cache(4096)
def phone_key(text: str | None, country_code: str | None, region: str | None) -> str | None:
    """A phone as E.164: `+16172540123`; None for what is no valid number.

    `country_code` is what the platform says beside it: a calling code (`1`, `+44`) or a country
    (`GB`); where that tells nothing it is `region`, the country of the place, as ISO 3166. A number
    with an extension is a switchboard's, of many people: None, too.
    """
    return _valid(text or "", _country(country_code) or _country(region))


def calling_code(country: str | None) -> int:
    """What a country's numbers begin with; 0 where that is unknown."""
    return phonenumbers.country_code_for_region(_country(country) or "")


def phone_shown(key: str) -> str:
    """A phone key as it is written: `+1 617-254-0123`."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(key), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return key


def name_key(*parts: str | None) -> str | None:
    """Names in small letters without accents, a blank between them; None without any."""
    words = " ".join(part for part in parts if part).split()
    # Letters of other alphabets' kinds are plain ones only now, and may be large.
    small = unicodedata.normalize("NFKD", " ".join(words)).casefold()
    plain = unicodedata.normalize("NFKD", small).casefold()
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    # An accent that stands alone leaves a blank.
    return " ".join(bare.split())[:_LONGEST_NAME].rstrip() or None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())


def _spelled(label: str) -> str:
    """A label of a domain in letters. Not IDNA's codec, to which ß is ss: another's domain."""
    if not label.startswith("xn--"):
        return label
    try:
        return _folded(label.removeprefix("xn--").encode("ascii").decode("punycode"))
    except (UnicodeError, ValueError):
        return label


def _is_local(text: str) -> bool:
    if not 0 < len(text) <= _LONGEST_LOCAL or ".." in f".{text}.":
        return False
    return all(c.isprintable() and not c.isspace() and c not in _NOBODYS for c in text)


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    return len(labels) > 1 and all(map(_is_label, labels)) and not labels[-1].isdigit()


def _is_label(text: str) -> bool:
    if not 0 < len(text) <= _LONGEST_LABEL or "-" in (text[0], text[-1]):
        return False
    return all(c == "-" or c.isalnum() or unicodedata.category(c)[0] == "M" for c in text)


def _country(text: str | None) -> str | None:
    """The country that a code says; None where it says none."""
    plain = (text or "").strip().removeprefix("+").upper()
    if plain.isascii() and plain.isdigit() and len(plain) <= 3:
        plain = phonenumbers.region_code_for_country_code(int(plain))
    known = plain in phonenumbers.SUPPORTED_REGIONS and plain not in _NO_COUNTRY
    return plain if known else None


def _valid(text: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
