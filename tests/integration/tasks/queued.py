"""The broker's queues with no worker on them: what waits there, and what a worker would do."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from tasks import app


@dataclass
class Queues:
    """What waits in them, and the next message worked on in this process."""

    broker: Any

    def waiting(self, queue: str) -> list[tuple[str, dict[str, Any]]]:
        """The tasks that wait with their arguments, the next first."""
        held = [json.loads(raw) for raw in reversed(self.broker.lrange(queue, 0, -1))]
        return [(one["headers"]["task"], _arguments(one)) for one in held]

    def waiting_for(self, queue: str, name: str) -> list[dict[str, Any]]:
        """The arguments of the messages of a task, the next first."""
        return [kwargs for task, kwargs in self.waiting(queue) if task == name]

    def double(self, queue: str) -> None:
        """Each message is there twice, one behind the other."""
        raws = self.broker.lrange(queue, 0, -1)
        self.broker.delete(queue)
        self.broker.rpush(queue, *(raw for raw in raws for _ in range(2)))

    def lose(self, queue: str) -> dict[str, Any]:
        """A worker takes the next message and is gone; its arguments."""
        return _arguments(json.loads(self.broker.rpop(queue)))

    def work(self, queue: str) -> None:
        """What a worker does with the next message."""
        message = json.loads(self.broker.rpop(queue))
        headers = message["headers"]
        app.loader.import_default_modules()
        task = app.tasks[headers["task"]]
        task.apply(kwargs=_arguments(message), task_id=headers["id"], throw=True)

    def passed(self, seconds: float) -> None:
        """So long nothing happens."""
        for flag in self.broker.scan_iter("pending:*"):
            self.broker.pexpire(flag, max(1, self.broker.pttl(flag) - int(seconds * 1000)))


def _arguments(message: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(message["body"]))[1]
    return found
