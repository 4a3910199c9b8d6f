"""Who alone does what is done one by one: what may cost a worker its life, or waits for others."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def alone(session: Session, what: str) -> bool:
    """Whether nobody else does this until this transaction ends: whoever dies lets go of it.

    Whoever has it may ask again, and is told so.
    """
    key = func.hashtextextended(f"{what} one by one", 0)
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(key))))
