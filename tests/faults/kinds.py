"""How each kind of fault is done to a scene. What lasts returns how it is undone."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from signal import SIGKILL

import psutil

from tests.faults.plan import Fault
from tests.faults.proxy import Proxy, Weather
from tests.faults.scene import Scene
from tests.installation import frozen

Undo = Callable[[], object]
# As the driver sends it; other statements have the word in them.
COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
# A signal's name is in the reply in which a worker is given it.
SIGNAL = b"handle.events"


def do(scene: Scene, fault: Fault) -> Undo | None:
    """Have it happen. Raises: OSError, psutil.Error or RedisError when its victim is gone."""
    return _DONE[fault.kind.name](scene, fault)


def _parent_killed(scene: Scene, fault: Fault) -> None:
    os.kill(scene.parts[fault.victim].pid, SIGKILL)


def _child_killed(scene: Scene, fault: Fault) -> None:
    children = scene.children(fault.victim)
    # One that is starting has none yet.
    (children[-1] if children else psutil.Process(scene.parts[fault.victim].pid)).kill()


def _group_killed(scene: Scene, fault: Fault) -> None:
    os.killpg(scene.parts[fault.victim].pid, SIGKILL)


def _told_to_stop(scene: Scene, fault: Fault) -> None:
    scene.tell_to_stop(fault.victim)


def _part_frozen(scene: Scene, fault: Fault) -> Undo:
    return _frozen(scene.parts[fault.victim].pid)


def _server_frozen(name: str) -> Callable[[Scene, Fault], Undo]:
    return lambda scene, _: _frozen(scene.installation.pid(name))


def _frozen(pid: int) -> Undo:
    held = ExitStack()
    held.enter_context(frozen(pid))
    return held.close


def _server_killed(name: str) -> Callable[[Scene, Fault], None]:
    return lambda scene, _: os.kill(scene.installation.pid(name), SIGKILL)


def _emptied(scene: Scene, _: Fault) -> None:
    with scene.installation.broker() as client:
        client.flushall()


def _way(scene: Scene, fault: Fault) -> Proxy:
    return scene.broker if fault.kind.subject == "broker" else scene.database


def _cut(scene: Scene, fault: Fault) -> None:
    _way(scene, fault).cut()


def _weather(weather: Weather) -> Callable[[Scene, Fault], Undo]:
    def change(scene: Scene, fault: Fault) -> Undo:
        _way(scene, fault).be(weather)
        return _way(scene, fault).clear

    return change


def _unreachable(scene: Scene, fault: Fault) -> Undo:
    _way(scene, fault).refuse()
    _way(scene, fault).cut()
    return _way(scene, fault).clear


def _beat_doubled(scene: Scene, _: Fault) -> Undo:
    return scene.installation.beat("another-beat").kill


_DONE: dict[str, Callable[[Scene, Fault], Undo | None]] = {
    "worker's parent killed": _parent_killed,
    "worker's child killed": _child_killed,
    "worker killed altogether": _group_killed,
    "worker told to stop": _told_to_stop,
    "worker frozen": _part_frozen,
    "broker frozen": _server_frozen("valkey"),
    "broker killed": _server_killed("valkey"),
    "broker emptied": _emptied,
    "broker's connections cut": _cut,
    "broker's replies cut short": _weather(Weather(cut_mid_reply=True)),
    "signals lost on their way to a worker": _weather(
        Weather(cut_after=0, of_replies_holding=SIGNAL)
    ),
    "broker silent": _weather(Weather(held=True)),
    "broker unreachable": _unreachable,
    "database frozen": _server_frozen("postgres"),
    "database killed": _server_killed("postgres"),
    "database's connections cut": _cut,
    "database's replies cut short": _weather(Weather(cut_mid_reply=True)),
    "commits left unanswered": _weather(Weather(cut_after=0, of_requests_holding=COMMIT)),
    "database silent": _weather(Weather(held=True)),
    "database unreachable": _unreachable,
    "beat killed": _group_killed,
    "beat frozen": _part_frozen,
    "beat doubled": _beat_doubled,
    "web killed": _group_killed,
    "web's child killed": _child_killed,
    "web frozen": _part_frozen,
    "web told to stop": _told_to_stop,
}
