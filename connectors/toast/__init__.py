"""Toast, a point of sale: orders, menus, stock, configuration, cash and openings."""

from connectors.base.platform import Platform, Source
from connectors.toast.client import Toast
from connectors.toast.limits import BUCKETS
from connectors.toast.settings import SECRETS, ToastSettings
from connectors.toast.streams import STREAMS
from connectors.toast.webhook import ToastWebhook

_READ = "2026-12-01"
_GUIDE = "https://doc.toasttab.com/doc/devguide/"
_REFERENCE = "https://doc.toasttab.com/openapi/"

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
    sources=(
        *(
            Source(title, f"{_GUIDE}{page}.html", _READ)
            for title, page in (
                ("Integration types", "apiIntegrationTypes"),
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
                ("Infinite loops", "apiDetectingAndAvoidingInfiniteLoopsInTheMenusApiJson"),
                ("Webhook message schema", "apiMessageDataSchema"),
                ("Webhook message signing", "apiMessageSigning"),
                ("Webhook endpoints", "apiEndpointRequirements"),
                ("Webhook retries", "apiRetrySupport"),
                ("Webhook back-off", "apiBackOffSupport"),
                ("Orders webhook", "devOrdersWebhookRef"),
            )
        ),
        *(
            Source(f"API reference: {title}", f"{_REFERENCE}{page}/overview/", _READ)
            for title, page in (
                ("menus v2", "menus"),
                ("configuration", "configuration"),
                ("stock", "stock"),
                ("cash management", "cashmgmt"),
                ("restaurants", "restaurants"),
                ("partners", "partners"),
                ("restaurant availability", "rx.availability.service"),
            )
        ),
    ),
)
