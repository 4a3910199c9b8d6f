"""A record that a pull set aside: as it came, trying it again, and what becomes of that."""

import hmac
from collections.abc import Mapping
from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import RowMapping
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from config import keys
from config.settings import settings
from dashboard import retries
from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import asked, blueprint
from dashboard.readable import learn
from models import listing, parked_list


@blueprint.get("/parked/<ident:record_id>")
@signed_in
def parked_record(database: Session, visitor: Visitor, record_id: int) -> ResponseReturnValue:
    """One record, its secrets hidden; `tried` in the address is what trying it again gave out."""
    args = MultiDict({**request.args, "record": str(record_id)})
    found = listing.parked_record(database, visitor.organization_id, record_id)
    if found:
        learn(found["connection_secrets"])
    elif _tried(visitor, args) is None:
        abort(404, f"You have no parked record {record_id}; it may have been applied.")
    return render("parked-record", database, visitor, args, whole=found)


@blueprint.post("/parked/<ident:record_id>/retry")
@signed_in
def retry_record(database: Session, visitor: Visitor, record_id: int) -> ResponseReturnValue:
    """Have it tried again; doing so twice is as good as once."""
    version = retries.retry(database, visitor.organization_id, record_id)
    if version is None:
        abort(404, f"You have no parked record {record_id}; it may have been applied.")
    return redirect(f"/parked/{record_id}?tried={_token(visitor, record_id, version)}", 303)


def wanted(args: asked.Args) -> int:
    """The record of an address. Raises: FilterError."""
    return asked.number(args, "record") or 0


def load(database: Session, visitor: Visitor, args: asked.Args) -> Mapping[str, Any]:
    """What is wrong with it, and how far a try has come; None for a record that is gone."""
    record = _found(database, visitor, args)
    tried = _tried(visitor, args)
    trying = bool(record and tried == record["version"])
    return {"record": record, "tried": tried, "trying": trying}


def pulse(database: Session, visitor: Visitor, args: asked.Args) -> str:
    """Differs whenever the record was written, and once it is gone."""
    record = _found(database, visitor, args)
    return str(record["version"]) if record else "gone"


def _found(database: Session, visitor: Visitor, args: asked.Args) -> RowMapping | None:
    record_id = wanted(args)
    return parked_list.by_ids(database, visitor.organization_id, [record_id]).get(record_id)


def _tried(visitor: Visitor, args: asked.Args) -> str | None:
    """The record's version before a try; None unless this merchant did try this record."""
    given = asked.text(args, "tried") or ""
    version = given.partition("-")[0]
    genuine = _token(visitor, wanted(args), version)
    return version if hmac.compare_digest(given.encode(), genuine.encode()) else None


def _token(visitor: Visitor, record_id: int, version: str) -> str:
    """Proof that there was such a record: once it is gone, nothing else tells."""
    key = keys.derived(settings().secret_keys, "tried")
    about = f"{visitor.organization_id}/{record_id}/{version}"
    return f"{version}-{hmac.new(key.encode(), about.encode(), 'sha256').hexdigest()[:32]}"
