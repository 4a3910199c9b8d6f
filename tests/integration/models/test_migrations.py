import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from models import Base, migrations
from models.session import engine

pytestmark = pytest.mark.usefixtures("database")


def _tables() -> set[str]:
    with engine().connect() as connection:
        found = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        return set(found)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    config.set_main_option("path_separator", "os")
    return config


def test_the_migrated_tables_are_those_of_the_models_to_the_column() -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_a_database_at_head_is_not_behind_and_may_be_migrated_again() -> None:
    assert not migrations.behind()
    assert migrations.upgrade() == migrations.current() == migrations.head()


def test_every_table_but_the_installations_own_names_its_organization() -> None:
    installation = {"organizations", "job_slots", "dead_messages", "client_logins"}
    without = {
        table.name for table in Base.metadata.tables.values() if "organization_id" not in table.c
    }
    assert without == installation


def test_money_and_rates_are_numeric_in_the_database() -> None:
    query = text(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND data_type IN ('real', 'double precision', 'money')"
    )
    with engine().connect() as connection:
        assert connection.execute(query).all() == []


def test_each_step_goes_down_and_up_again(database: str) -> None:
    command.downgrade(_config(), "base")
    assert _tables() == {"alembic_version"}
    assert migrations.current() is None
    assert migrations.behind()
    assert migrations.upgrade() == migrations.head()
    assert {table.name for table in Base.metadata.tables.values()} <= _tables()
    create_engine(database).dispose()


def test_of_those_there_were_the_oldest_operates(database: str) -> None:
    command.downgrade(_config(), "0006")
    with engine().begin() as connection:
        connection.execute(text("INSERT INTO organizations (name) VALUES ('first'), ('second')"))
    migrations.upgrade()
    with engine().begin() as connection:
        found = connection.execute(text("SELECT name FROM organizations WHERE operates")).scalars()
        assert found.all() == ["first"]
        connection.execute(text("DELETE FROM organizations"))
