"""What the doors count, for /metrics."""

from prometheus_client import Counter

# `outcome` is stored, duplicate, or the status of what was refused.
deliveries = Counter(
    "taxpoynt_deliveries",
    "Deliveries at the webhook door by what became of them.",
    ["platform", "outcome"],
)
