"""What was taken and given back on one day of one location, by tender."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from models import booked
from models.configured import PAYMENT_TYPE

# A refund is of the payment whose place in the order is its own.
_TENDERS = text(f"""
WITH moved AS (
    SELECT p.order_id, p.tender, p.card_type, p.alternate_type_external_id,
        1 AS payments, p.amount, p.tip, 0 AS refunds, 0 AS refunded, 0 AS refunded_tip
    FROM ({booked.PAYMENTS}) AS p WHERE p.counts
    UNION ALL
    SELECT r.order_id, coalesce(p.tender, 'UNDETERMINED'), p.card_type,
        p.alternate_type_external_id, 0, 0, 0, 1, r.amount, r.tip_amount
    FROM ({booked.REFUNDS}) AS r
    LEFT JOIN payments p ON p.order_id = r.order_id AND p.position = r.position
)
SELECT o.currency, m.tender, m.card_type, m.alternate_type_external_id,
    c.name AS alternate_type, sum(m.payments)::bigint AS payments, sum(m.amount) AS amount,
    sum(m.tip) AS tip, sum(m.refunds)::bigint AS refunds, sum(m.refunded) AS refunded,
    sum(m.refunded_tip) AS refunded_tip,
    sum(m.amount + m.tip - m.refunded - m.refunded_tip) AS total
FROM moved m JOIN orders o ON o.id = m.order_id
LEFT JOIN configured c ON c.location_id = :location_id AND c.kind = :kind
    AND c.external_id = m.alternate_type_external_id
WHERE {booked.SOLD}
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3 NULLS FIRST, 5 NULLS FIRST, 4
""")


def day_tenders(
    session: Session, organization_id: int, location_id: int, business_date: date
) -> Sequence[RowMapping]:
    """Per currency, tender, card and alternate payment type: how many payments, and what they are.

    `total` = `amount` + `tip` - `refunded` - `refunded_tip`. Refunds stand with the tender they go
    back to, on the day they are given. Tests, waste and orders merged away are left out.
    """
    asked = {"organization_id": organization_id, "location_id": location_id}
    values = {**asked, "business_date": business_date, "kind": PAYMENT_TYPE}
    return session.execute(_TENDERS, values).mappings().all()
