"""From the name of a constraint, which is what a database tells, to the columns it is about."""

from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.schema import ColumnCollectionConstraint, Index


def constraint_columns(name: str) -> list[str]:
    """The columns of the constraint or unique index of this name; none when no model has it."""
    for base in DeclarativeBase.__subclasses__():
        for table in base.metadata.tables.values():
            constraints: list[ColumnCollectionConstraint | Index] = [
                one for one in table.constraints if isinstance(one, ColumnCollectionConstraint)
            ]
            for constraint in (*constraints, *table.indexes):
                if constraint.name == name:
                    return [column.name for column in constraint.columns]
    return []
