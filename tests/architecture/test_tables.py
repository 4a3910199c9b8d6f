"""Every row belongs to an organization."""

from models import Base

# The organizations themselves; the timetable's memory and how often clients log in, which are the
# installation's; and messages that can't be read, which don't say whose they are.
OF_NOBODY = {"organizations", "job_slots", "dead_messages", "client_logins"}


def test_every_table_says_whose_its_rows_are() -> None:
    without = {
        table.name for table in Base.metadata.tables.values() if "organization_id" not in table.c
    }
    assert without == OF_NOBODY


def test_no_row_is_nobodys() -> None:
    loose = {
        table.name
        for table in Base.metadata.tables.values()
        if table.name not in OF_NOBODY and table.c.organization_id.nullable
    }
    assert not loose
