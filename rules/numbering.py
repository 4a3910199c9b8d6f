"""How an invoice number is written."""


def number(series: str, sequence: int) -> str:
    """The number a person reads: the series and at least six digits."""
    return f"{series}-{sequence:06d}"
