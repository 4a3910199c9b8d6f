"""What the pages and the API count, for /metrics."""

from prometheus_client import Counter

from models import cache

reads = Counter(
    "taxpoynt_cache_reads",
    "Reads of the cache by what was found: hit, miss, or away when it couldn't be asked.",
    ["kind", "result"],
)


def _count(kind: str, result: str) -> None:
    reads.labels(kind, result).inc()


cache.counted_by(_count)
