"""Orders of one day of one location that don't add up: which to look at."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from models.day_count_sql import SOLD

MOST = 20
_ODD = text(f"""
WITH asked AS MATERIALIZED (
    SELECT l.id AS location_id, CAST(:business_date AS date) AS business_date
    FROM locations l WHERE l.id = :location_id AND l.organization_id = :organization_id
)
SELECT sold.id, o.display_number, o.external_id, sold.currency, sold.voided, sold.unexplained,
    CASE WHEN sold.voided THEN 0 ELSE sold.untied END AS untied
FROM ({SOLD}) AS sold JOIN orders o ON o.id = sold.id
WHERE sold.unexplained <> 0 OR (NOT sold.voided AND sold.untied > 0)
ORDER BY abs(sold.unexplained) DESC, sold.id LIMIT {MOST}
""")


def odd_orders(
    session: Session, organization_id: int, location_id: int, business_date: date
) -> Sequence[RowMapping]:
    """The first `MOST`, of which most is unexplained first: `unexplained`, bills `untied`."""
    which = {
        "organization_id": organization_id,
        "location_id": location_id,
        "business_date": business_date,
    }
    return session.execute(_ODD, which).mappings().all()
