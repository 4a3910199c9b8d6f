"""Which payments and refunds are booked on a date of a location.

The same that `day_count_sql` counts: one that says no day of its own belongs to its order's. Each
is found by an index. Tests, waste and orders merged away are to be left out by `SOLD`.
"""

_BOOKED = """
SELECT part.* FROM {table} part
WHERE part.location_id = :location_id AND part.business_date = :business_date
UNION ALL
SELECT part.* FROM orders o JOIN {table} part ON part.order_id = o.id
WHERE abs(o.location_id) = :location_id AND o.business_date = :business_date
  AND part.business_date IS NULL
"""
PAYMENTS = _BOOKED.format(table="payments")
REFUNDS = _BOOKED.format(table="refunds")
SOLD = "o.organization_id = :organization_id AND NOT o.deleted AND o.not_sale_reason IS NULL"
