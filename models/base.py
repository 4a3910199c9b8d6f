"""The declarative base and the column types every table shares."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

# Money is in major units of its row's currency; a rate is a fraction of one (0.075 is 7.5 %).
Money = Annotated[Decimal, mapped_column(Numeric(18, 4))]
Quantity = Annotated[Decimal, mapped_column(Numeric(18, 6))]
Rate = Annotated[Decimal, mapped_column(Numeric(18, 8))]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Currency = Annotated[str, mapped_column(String(3))]
# Compared letter by letter, whatever the database's locale: how it begins is a range of an index.
Key = Annotated[str, mapped_column(Text(collation="C"))]
# JSON as it came; the database compresses it.
Raw = Annotated[bytes, mapped_column(LargeBinary)]


class Base(DeclarativeBase):
    """Every table of ours, with constraint names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSONB,
        date: Date,
        str: Text,
        int: BigInteger,
    }


class Owned:
    """A row of one organization: nothing is read without naming whose it is."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)

    @declared_attr
    @classmethod
    def organization_id(cls) -> Mapped[int]:
        """The merchant this row belongs to."""
        return mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))


class OwnedPart:
    """A row that belongs to a row of an organization and is written only together with it.

    It names its organization too, but without a foreign key: checking that for each of a
    million lines costs as much as storing them, and the parent's key says the same.
    """

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    organization_id: Mapped[int]


class Stamped:
    """When the row was made here, by the database's clock."""

    created_at: Mapped[Instant] = mapped_column(server_default=func.now())
