"""Puts a delivery back in line and tells the workers, for the page and the API alike."""

from flask import Response, after_this_request
from sqlalchemy.orm import Session

from config import clock
from models import Connection, inbox
from tasks import ring


def replay(database: Session, organization_id: int, event_id: int) -> bool:
    """Have a delivery handled again; false when the merchant has none of that id.

    Effects: the workers are signalled once the transaction has ended. Twice is as good as once.
    """
    found = inbox.replay(database, organization_id, [event_id], clock.now())
    if event_id not in found:
        return False
    connection = database.get_one(Connection, found[event_id])
    connection_id, platform = connection.id, connection.platform

    @after_this_request
    def signal(response: Response) -> Response:
        ring.deliveries(connection_id, platform)
        return response

    return True
