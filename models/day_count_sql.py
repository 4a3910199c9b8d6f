"""How a day is counted: one statement, so that all figures are as of one moment.

Orders that were merged away and such that are no sales (tests, waste) are left out, and so are the
payments and refunds of them. Each part is found by an index: a day costs what its orders cost,
however many there are in the books.
"""

_KEY = "location_id, business_date, currency"
_LARGEST = 2**63 - 1

# Of the orders of the day.
_SALES = {
    "orders": "count(*) FILTER (WHERE NOT voided)",
    "voided_orders": "count(*) FILTER (WHERE voided)",
    # One that lacks something and one that has too much are two, though their sum is nothing.
    "unexplained_orders": "count(*) FILTER (WHERE unexplained <> 0)",
    "untied_checks": "sum(untied) FILTER (WHERE NOT voided)",
    "checks": "sum(checks) FILTER (WHERE NOT voided)",
    # Somebody may have typed in a number that only one order can hold.
    "guests": f"least(coalesce(sum(guests) FILTER (WHERE NOT voided), 0), {_LARGEST})",
    **{
        name: f"sum({name}) FILTER (WHERE NOT voided)"
        for name in (
            *("net", "discounts", "charges", "gratuities", "fundraising", "tax"),
            *("marketplace_tax", "deferred", "due", "open", "rounding"),
        )
    },
    **{name: f"sum({name})" for name in ("paid_before", "paid_that_day", "paid_after")},
    "undated_tips": "sum(undated_tips)",
}
# Of the payments booked on the day.
_TAKEN = {
    "tips": "sum(tip)",
    "prepaid": "sum(amount) FILTER (WHERE sold_on > business_date)",
    "postpaid": "sum(amount) FILTER (WHERE sold_on < business_date)",
}
_REFUNDED = ("net", "tax", "marketplace_tax", "gratuities", "deferred", "tips")
_GIVEN = {f"refunded_{name}": f"sum({name})" for name in _REFUNDED}
_LEFT = " - ".join(
    f"sales.{name}"
    for name in ("due", "paid_before", "paid_that_day", "paid_after", "open", "rounding")
)

_FIGURES = {
    **{name: f"coalesce(sales.{name}, 0)" for name in _SALES if name != "undated_tips"},
    "unexplained": f"coalesce({_LEFT}, 0)",
    **{name: f"coalesce(taken.{name}, 0)" for name in _TAKEN},
    "tips": "coalesce(taken.tips, 0) + coalesce(sales.undated_tips, 0)",
    **{name: f"coalesce(given.{name}, 0)" for name in _GIVEN},
}


def _sums(figures: dict[str, str], rows: str) -> str:
    columns = ", ".join(
        f"coalesce({expression}, 0) AS {name}" for name, expression in figures.items()
    )
    return f"SELECT {_KEY}, {columns} FROM {rows} GROUP BY {_KEY}"


# Bills and payments of one order. One read by an earlier release has no bills: its state tells.
_PLACED = """
SELECT a.location_id, a.business_date, o.id, o.currency, o.voided, coalesce(o.guests, 0) AS guests,
    o.net, o.discounts, o.charges, o.gratuities, coalesce(o.fundraising, 0) AS fundraising,
    o.tax, coalesce(o.marketplace_tax, 0) AS marketplace_tax,
    coalesce(o.deferred, 0) AS deferred, o.total + coalesce(o.deferred, 0) AS due,
    paid.paid_before, paid.paid_that_day, paid.paid_after, paid.undated_tips,
    bills.checks, bills.rounding, bills.untied,
    CASE WHEN bills.kept > 0 THEN bills.open
         WHEN o.state = 'open' THEN o.total + coalesce(o.deferred, 0) - o.paid
         ELSE 0 END AS open
FROM asked a
CROSS JOIN LATERAL (
    SELECT * FROM orders
    WHERE abs(orders.location_id) = a.location_id AND orders.business_date = a.business_date
      AND NOT orders.deleted AND orders.not_sale_reason IS NULL
    OFFSET 0
) AS o
CROSS JOIN LATERAL (
    SELECT count(*) AS kept,
        count(*) FILTER (WHERE NOT c.voided AND NOT c.deleted) AS checks,
        coalesce(sum(c.due - c.paid)
            FILTER (WHERE NOT c.voided AND NOT c.deleted AND NOT c.settled), 0) AS open,
        coalesce(sum(c.rounding), 0) AS rounding,
        count(*) FILTER (WHERE NOT c.ties) AS untied
    FROM order_checks c WHERE c.order_id = o.id
) AS bills
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.amount) FILTER (WHERE p.business_date < a.business_date), 0)
            AS paid_before,
        coalesce(sum(p.amount)
            FILTER (WHERE coalesce(p.business_date, a.business_date) = a.business_date), 0)
            AS paid_that_day,
        coalesce(sum(p.amount) FILTER (WHERE p.business_date > a.business_date), 0) AS paid_after,
        coalesce(sum(p.tip) FILTER (WHERE p.business_date IS NULL), 0) AS undated_tips
    FROM payments p WHERE p.order_id = o.id AND p.counts
) AS paid
"""
SOLD = f"""
SELECT *, CASE WHEN voided THEN 0 ELSE due - open - rounding END
    - paid_before - paid_that_day - paid_after AS unexplained
FROM ({_PLACED}) AS placed
"""
"""Each order of `asked` (location_id, business_date), with what of it nobody explains."""
_BOOKED = """
SELECT a.location_id, a.business_date, o.currency, o.business_date AS sold_on, part.*
FROM asked a
CROSS JOIN LATERAL (
    SELECT order_id, {columns} FROM {table} p
    WHERE p.location_id = a.location_id AND p.business_date = a.business_date {also} OFFSET 0
) AS part
JOIN orders o ON o.id = part.order_id
WHERE NOT o.deleted AND o.not_sale_reason IS NULL
"""
_PAYMENTS = _BOOKED.format(table="payments", columns="amount, tip", also="AND p.counts")
# What an earlier release read has no parts: all of it is sales, as of a custom amount.
_PARTS = (
    "coalesce(net, amount) AS net, coalesce(tax, 0) AS tax,"
    " coalesce(marketplace_tax, 0) AS marketplace_tax, coalesce(gratuities, 0) AS gratuities,"
    " coalesce(deferred, 0) AS deferred, tip_amount AS tips"
)
# What says no day belongs to its order's.
_REFUNDS = f"""
{_BOOKED.format(table="refunds", columns=_PARTS, also="")}
UNION ALL
SELECT s.location_id, s.business_date, s.currency, s.business_date, part.*
FROM sold s CROSS JOIN LATERAL (
    SELECT order_id, {_PARTS} FROM refunds p
    WHERE p.order_id = s.id AND p.business_date IS NULL OFFSET 0
) AS part
"""

COUNT = f"""
WITH asked AS MATERIALIZED (
    SELECT l.organization_id, l.id AS location_id, days.business_date
    FROM {{days}} AS days (location_id, business_date) JOIN locations l ON l.id = days.location_id
),
sold AS MATERIALIZED ({SOLD}),
sales AS ({_sums(_SALES, "sold")}),
taken AS ({_sums(_TAKEN, f"({_PAYMENTS}) AS payments")}),
given AS ({_sums(_GIVEN, f"({_REFUNDS}) AS refunds")}),
days AS (
    SELECT {_KEY} FROM sales UNION SELECT {_KEY} FROM taken UNION SELECT {_KEY} FROM given
),
counted AS MATERIALIZED (
    SELECT organization_id, {_KEY}, {", ".join(f"{x} AS {name}" for name, x in _FIGURES.items())}
    FROM days JOIN asked USING (location_id, business_date)
    LEFT JOIN sales USING ({_KEY}) LEFT JOIN taken USING ({_KEY}) LEFT JOIN given USING ({_KEY})
),
gone AS (
    DELETE FROM location_days d USING asked a
    WHERE d.location_id = a.location_id AND d.business_date = a.business_date AND NOT EXISTS (
        SELECT FROM counted c WHERE c.location_id = d.location_id
            AND c.business_date = d.business_date AND c.currency = d.currency)
)
INSERT INTO location_days (organization_id, {_KEY}, {", ".join(_FIGURES)}, counted_at)
SELECT organization_id, {_KEY}, {", ".join(_FIGURES)}, statement_timestamp() FROM counted
ON CONFLICT ({_KEY}) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in (*_FIGURES, "counted_at"))}
"""

_MONTHLY = {
    name: f"least(sum(d.{name}), {_LARGEST})" if name == "guests" else f"sum(d.{name})"
    for name in _FIGURES
}
COUNT_MONTHS = f"""
WITH asked AS MATERIALIZED (
    SELECT DISTINCT days.location_id, date_trunc('month', days.business_date)::date AS month
    FROM {{days}} AS days (location_id, business_date)
),
counted AS MATERIALIZED (
    SELECT d.organization_id, a.location_id, a.month, d.currency, count(*) AS days,
        {", ".join(f"{expression} AS {name}" for name, expression in _MONTHLY.items())},
        max(d.counted_at) AS counted_at
    FROM asked a JOIN location_days d ON d.location_id = a.location_id
        AND d.business_date >= a.month AND d.business_date < (a.month + interval '1 month')::date
    GROUP BY d.organization_id, a.location_id, a.month, d.currency
),
gone AS (
    DELETE FROM location_months m USING asked a
    WHERE m.location_id = a.location_id AND m.month = a.month AND NOT EXISTS (
        SELECT FROM counted c WHERE c.location_id = m.location_id
            AND c.month = m.month AND c.currency = m.currency)
)
INSERT INTO location_months
    (organization_id, location_id, month, currency, days, {", ".join(_FIGURES)}, counted_at)
SELECT * FROM counted
ON CONFLICT (location_id, month, currency) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in ("days", *_FIGURES, "counted_at"))}
"""
