"""The composition root: broker, delivery, queues, routes and the timetable.

Each delivery setting closes a way in which Celery on Redis loses or doubles work; the reason
stands beside it. What no setting closes is closed by the tables: a message is only a hint.
"""

from pkgutil import iter_modules
from typing import Any

from kombu import Exchange, Queue

import tasks
from config.settings import settings
from connectors import platforms

# --- Broker -------------------------------------------------------------------------------------
broker_url = settings().broker_url
_over_redis = str(broker_url).startswith("redis")

broker_transport_options: dict[str, Any] = (
    {
        # A killed worker's message comes back after this long. Minutes, not the default hour; the
        # tables' sweeps are faster still.
        "visibility_timeout": 300,
        # By default kombu looks for overdue messages only every 100 s.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # Without time-outs a frozen broker holds a publisher for as long as it is frozen.
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 15,
    }
    if _over_redis
    # RabbitMQ takes a message before it looks at it: wait until it says that it holds it.
    else {"confirm_publish": True}
)
broker_connection_timeout = 2
broker_connection_retry_on_startup = True
# None: a broker that is away for an hour must not end the workers.
broker_connection_max_retries = None
# A failover answers READONLY for a while; without this the worker exits.
broker_channel_error_retry = True

# --- Delivery -----------------------------------------------------------------------------------
task_serializer = "json"
accept_content = ["json"]
# Nothing reads results: outcomes are rows. A result back end costs 0.9 ms a task.
result_backend = None
task_ignore_result = True
# Early acks lose the task of a killed child; late ones alone are acked on its death.
task_acks_late = True
task_reject_on_worker_lost = True
# A failure is recorded in a row with its next attempt, not by redelivery.
task_acks_on_failure = True
task_acks_on_timeout = True
# One at a time: what a killed worker had prefetched waits for the visibility timeout.
worker_prefetch_multiplier = 1
# Below the visibility timeout, or a slow task starts again while it runs.
task_time_limit = 240
task_soft_time_limit = 200
# Tasks with an ETA sit in the worker's memory; there should be none.
worker_eta_task_limit = 100
worker_max_tasks_per_child = 10_000
worker_cancel_long_running_tasks_on_connection_loss = True
worker_soft_shutdown_timeout = 30
worker_send_task_events = True
task_send_sent_event = False
worker_hijack_root_logger = False
task_publish_retry = False
timezone = "UTC"

# --- Queues and routes --------------------------------------------------------------------------
LANES = ("events", "sync", "bulk")
SHARED = ("reconcile", "invoice", "reports", "upkeep")

# The default direct exchange alone: bindings of other kinds live in a key that can be lost.
_exchange = Exchange("", type="direct")
task_queues = [
    Queue(name, _exchange, routing_key=name)
    for name in (*(f"{platform}.{lane}" for platform in platforms() for lane in LANES), *SHARED)
]
task_default_queue = "upkeep"
task_default_exchange = ""
task_default_routing_key = "upkeep"
task_create_missing_queues = False

# Which lane the work of a verb takes; work without a platform goes to a shared queue.
_LANE_OF = {
    "handle": "events",
    "refetch": "sync",
    "sync": "sync",
    "sites": "sync",
    # Calls nobody, but a thousand of them must not hold up a delivery.
    "retry": "sync",
    "backfill": "bulk",
}
_QUEUE_OF = {"invoice": "invoice", "reconcile": "reconcile", "report": "reports"}


def route(
    name: str,
    args: Any,
    kwargs: dict[str, Any],
    options: dict[str, Any],
    task: Any = None,
    **_: Any,
) -> dict[str, str]:
    """The queue of a task, from its verb and the platform among its arguments."""
    verb = name.partition(".")[0]
    platform = (kwargs or {}).get("platform")
    if platform and verb in _LANE_OF:
        return {"queue": f"{platform}.{_LANE_OF[verb]}"}
    return {"queue": _QUEUE_OF.get(verb, "upkeep")}


task_routes = (route,)
imports = tuple(f"tasks.{module.name}" for module in iter_modules(tasks.__path__))

# --- The timetable ------------------------------------------------------------------------------
# Beat only rings due-finders; what is due is data. Seconds between rings; each ring is a slot,
# and a slot runs once however many beats ring it.
TIMETABLE = {
    "sync.due": 5,
    "invoice.due": 5,
    "sweep.inbox": 5,
    "sweep.slices": 10,
    "sites.first": 60,
    "sites.due": 3600,
    "sweep.prune": 3600,
}
beat_schedule = {
    job: {
        "task": job,
        "schedule": every_s,
        "kwargs": {"every_s": every_s},
        # A ring nobody picked up in time is worthless: the next one does the same.
        "options": {"expires": max(every_s * 3, 60)},
    }
    for job, every_s in TIMETABLE.items()
}
beat_schedule_filename = str(settings().home / "run" / "beat-schedule")
beat_max_loop_interval = 5
