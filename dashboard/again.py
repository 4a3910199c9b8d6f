"""What becomes of what was given up, for the pages and the API alike: mostly, it is done again."""

from flask import Response, after_this_request
from sqlalchemy.orm import Session

from config.logging import logger
from models import dead_message, invoice_again
from tasks import ring

log = logger(__name__)


def resend(database: Session, message_id: int) -> bool:
    """Have a dead message sent again; false when none of that id waits.

    Effects: the workers are signalled once the transaction has ended. Twice is as good as once.
    """
    if not dead_message.waiting(database, [message_id]):
        return False

    @after_this_request
    def signal(response: Response) -> Response:
        ring.asked("resend.message", message_id=message_id)
        return response

    return True


def dismiss(database: Session, message_id: int) -> bool:
    """Take a dead message off the list; false when none of that id waits."""
    settled = dead_message.settle(database, [message_id], dead_message.DISMISSED)
    if settled:
        log.info("dead message dismissed", message_id=message_id)
    return bool(settled)


def invoice(database: Session, organization_id: int, order_id: int) -> bool:
    """Have an order invoiced whose invoice was given up; false when it is no such order."""
    owed = invoice_again.owe_again(database, organization_id, [order_id])
    if not owed:
        return False

    @after_this_request
    def signal(response: Response) -> Response:
        ring.owed(*owed[order_id])
        return response

    return True
