"""Has the workers try a parked record again, for the page and the API alike."""

from flask import Response, after_this_request
from sqlalchemy.orm import Session

from models import parked_list
from tasks import ring


def retry(database: Session, organization_id: int, record_id: int) -> str | None:
    """The record's version before it is tried again; None when the merchant has none of that id.

    Effects: the workers are signalled once the transaction has ended. Twice is as good as once.
    """
    found = parked_list.by_ids(database, organization_id, [record_id]).get(record_id)
    if found is None:
        return None
    platform: str = found["platform"]

    @after_this_request
    def signal(response: Response) -> Response:
        ring.record(organization_id, record_id, platform)
        return response

    return str(found["version"])
