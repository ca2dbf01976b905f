"""The base of all records: frozen, and strict about unknown fields."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """An immutable record; an unknown field in its input is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
