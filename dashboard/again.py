"""Has the workers do again what was given up, for the pages and the API alike."""

from flask import Response, after_this_request
from sqlalchemy.orm import Session

from models import dead_message, invoice_again
from tasks import ring


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


def invoice(database: Session, organization_id: int, order_id: int) -> bool:
    """Have an order invoiced whose invoice was given up; false when it is no such order."""
    owed = invoice_again.owe_again(database, organization_id, [order_id])
    if not owed:
        return False

    @after_this_request
    def signal(response: Response) -> Response:
        ring.owed(owed[order_id])
        return response

    return True
