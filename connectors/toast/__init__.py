"""Toast, a point of sale: orders by webhook and by when they were changed."""

from connectors.base.platform import Platform, Source
from connectors.toast.client import Toast
from connectors.toast.limits import BUCKETS
from connectors.toast.settings import SECRETS, ToastSettings
from connectors.toast.streams import STREAMS
from connectors.toast.webhook import ToastWebhook

_READ = "2026-11-01"
_GUIDE = "https://doc.toasttab.com/doc/devguide/"

PLATFORM = Platform(
    name="toast",
    title="Toast",
    kind="pos",
    api_version="orders v2",
    streams=STREAMS,
    buckets=BUCKETS,
    settings=ToastSettings,
    secret_settings=SECRETS,
    connect=Toast,
    webhook=ToastWebhook(),
    sources=tuple(
        Source(title, f"{_GUIDE}{page}.html", _READ)
        for title, page in (
            ("Authentication", "authentication"),
            ("Authentication token refresh", "apiAuthTokenRefresh"),
            ("Authentication rate limit", "apiAuthenticationRateLimit"),
            ("API scopes", "apiScopes"),
            ("API responses and errors", "apiResponsesAndErrors"),
            ("Handling downtimes", "apiHandlingDowntimes"),
            ("Rate limiting", "apiRateLimiting"),
            ("Dates and timestamps", "api_dates_and_timestamps"),
            ("Restaurant business date", "apiRestaurantBusinessDate"),
            ("Multiple orders", "apiOrdersGetDetailedInfoAboutMultipleOrders"),
            ("Net sales calculation", "apiOrdersNetSalesCalculation"),
            ("Waste orders", "apiDailyOrderForTrackingExcessFood"),
            ("Accessible restaurants", "apiPartnersGettingAccessibleRestaurants"),
            ("Webhook message schema", "apiMessageDataSchema"),
            ("Webhook message signing", "apiMessageSigning"),
            ("Webhook retries", "apiRetrySupport"),
            ("Orders webhook", "devOrdersWebhookRef"),
        )
    ),
)
