"""The tables that orders are written to, in an order that foreign keys allow."""

BOOKS = (
    *("customers", "orders", "order_checks", "order_lines", "order_discounts", "order_charges"),
    *("order_taxes", "payments", "refunds", "stale_days"),
)
