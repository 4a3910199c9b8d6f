"""The composition root: broker, delivery, queues, routes and the timetable.

Each delivery setting closes a way in which Celery on Redis loses or doubles work; the reason
stands beside it. What no setting closes is closed by the tables: a message is only a hint.
"""

from pkgutil import iter_modules
from typing import Any

from kombu import Exchange, Queue
from kombu.transport import TRANSPORT_ALIASES

import tasks
from config.settings import settings
from connectors import platforms

# --- Broker -------------------------------------------------------------------------------------
# An embedded server's unless the environment names another: one place decides for every part.
broker_url = settings().broker_url
_over_redis = str(broker_url).startswith("redis")
# Ours in place of kombu's: half the cost, and no poison ends a worker.
TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), "tasks.transport:Transport"))
# Sets aside what Celery would acknowledge and drop: unknown tasks, arguments that don't fit.
worker_consumer = "tasks.consumer:Consumer"

broker_transport_options: dict[str, Any] = (
    {
        # A killed worker's message comes back after this long: the hard time limit (240 s), a stop
        # that waits (30 s), and as much again for clocks that differ. Not the default hour; the
        # tables' sweeps are faster still. What comes back so counts as a lost worker.
        "visibility_timeout": 300,
        # By default kombu looks for overdue messages only every 100 s. One asks at a time, and it
        # costs the broker one look at a sorted set.
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # One that dies or is frozen as it asks must not keep all others from asking for five
        # minutes more, the default. Two at once do no harm: each message comes back in one step.
        "unacked_mutex_expire": 15,
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
# Of a broker that drops our packets; the default is twice as long, and each publisher waits it out.
broker_connection_timeout = 2
# Parts start in any order: a worker that is up before its broker waits for it.
broker_connection_retry_on_startup = True
# None: a broker that is away for an hour must not end the workers.
broker_connection_max_retries = None
# A failover answers READONLY for a while; without this the worker exits.
broker_channel_error_retry = True

# --- Delivery -----------------------------------------------------------------------------------
# Arguments are ids, which JSON holds; a worker that took pickle would run whatever is sent to it.
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
# One at a time: what a killed worker had prefetched waits for the visibility timeout. More gains
# nothing: measured on tasks that do nothing, 1, 4 and 64 are alike, for the parent is the limit.
worker_prefetch_multiplier = 1
# Below the visibility timeout, or a slow task starts again while it runs.
task_time_limit = 240
task_soft_time_limit = 200
# Tasks with an ETA sit in the worker's memory; there should be none.
worker_eta_task_limit = 100
# Bounds what a leak can grow to; so seldom that starting a child costs nothing.
worker_max_tasks_per_child = 10_000
# When the connection is lost, its unfinished tasks are delivered again: the first copy must end.
worker_cancel_long_running_tasks_on_connection_loss = True
# Longer than a task usually takes: one that is cut off waits to be delivered again. By default 0.
# Whoever stops workers has to wait longer than this, and a child's end: 60 s.
worker_soft_shutdown_timeout = 30
# Flower sees tasks by these events alone. That they start is enough: nobody needs the sending.
worker_send_task_events = True
task_send_sent_event = False
# Logs are config.logging's: what it set up must not be taken away by a worker.
worker_hijack_root_logger = False
# A publisher never waits for a broker that is away: the row is stored, and a sweep signals again.
task_publish_retry = False
# Instants are UTC everywhere; local days are an account's own and counted in rules.
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
# What `route` gives no queue of its own.
task_default_queue = "upkeep"
task_default_exchange = ""
task_default_routing_key = "upkeep"
# A queue that is misspelt would be made, and served by nobody.
task_create_missing_queues = False

# Which lane the work of a verb takes; work without a platform goes to a shared queue.
_LANE_OF = {
    "handle": "events",
    "isolate": "events",
    "refetch": "sync",
    "sync": "sync",
    "sites": "sync",
    # Calls nobody, but a thousand of them must not hold up a delivery.
    "retry": "sync",
    "backfill": "bulk",
    # What sales of the past owe: the work without a platform is that of these days.
    "invoice": "bulk",
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


# One function: a new platform needs no new line here.
task_routes = (route,)
# Every verb there is: a worker acknowledges a task it doesn't know, and drops it.
imports = tuple(f"tasks.{module.name}" for module in iter_modules(tasks.__path__))

# --- The timetable ------------------------------------------------------------------------------
# Beat only rings due-finders; what is due is data. Seconds between rings; each ring is a slot,
# and a slot runs once however many beats ring it.
TIMETABLE = {
    # A reader that has no call left waits in its row, mostly for a second, and holds no worker.
    "sync.due": 1,
    "sweep.slices": 1,
    "invoice.due": 5,
    "sweep.inbox": 5,
    # Figures of today are seconds old; counting a day after each order would cost its orders each.
    "tally.due": 5,
    "sweep.dead": 10,
    # Guests of new orders: pages show them a few seconds later, and no order waits for it.
    "match.due": 10,
    "sites.first": 60,
    "sweep.clocks": 300,
    "sites.due": 3600,
    "sweep.prune": 3600,
}
# A ring expires by no clock: Celery would go by beat's, and a beat that is a minute behind its
# workers would ring in vain. Whoever hears a late one finds the slot of that moment taken.
beat_schedule = {
    job: {"task": job, "schedule": every_s, "kwargs": {"every_s": every_s}}
    for job, every_s in TIMETABLE.items()
}
# Without a memory in a file: the slots are one, and all beats share it.
beat_scheduler = "tasks.bell:Bell"
# No longer than the shortest of the rings: by default beat may sleep for five minutes.
beat_max_loop_interval = 1
