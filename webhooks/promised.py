"""An answer that is given once it is known what became of a delivery.

Any WSGI server waits for it, holding a thread. A server with a loop of its own hands in a `Later`
with the request instead: then nothing of the door waits, and the server asks again for the answer
when the delivery's place is settled.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Response

from webhooks.group import Place

# Where a `Later` is handed in.
LATER = "taxpoynt.later"


class Later:
    """Handed in by whoever must not be held up, and told how to go on."""

    __slots__ = ("body", "elsewhere", "headers", "promised", "stranger")

    def __init__(self, headers: Mapping[str, str], body: bytes) -> None:
        # Lower-case names, as a delivery has them. The environment then needs no more than a path.
        self.headers = headers
        self.body = body
        # To be asked again, with the same request, once its place is settled.
        self.promised: Promised | None = None
        # What is to be known first takes waiting: do it all again where that may be.
        self.elsewhere = False
        # Then: nobody is known to live at its address.
        self.stranger = False


class Promised(Response):
    """Stands for the answer until a delivery's place is settled."""

    def __init__(self, place: Place, answer: Callable[[Place], Response]) -> None:
        super().__init__()
        self.place = place
        self._answer_of = answer

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """Promise to one who can wait by itself; else wait, and give the answer."""
        later: Later | None = environ.get(LATER)
        if later is not None and later.promised is None:
            later.promised = self
            return ()
        self.place.wait()
        return self._answer_of(self.place)(environ, start_response)
