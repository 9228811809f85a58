"""Types for what comes in: every string bounded, without control characters, fit for every database."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue

_LINE_BREAKS = {"\n", "\t"}


def _clean(value: str, *, keep: frozenset[str] | set[str] = frozenset()) -> str:
    """Drop control characters; refuse what UTF-8 cannot encode (lone surrogates)."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("holds characters that are not valid Unicode text") from None
    return "".join(c for c in value if c in keep or (c >= " " and not "\x7f" <= c <= "\x9f"))


def clean_line(value: object) -> object:
    """A text without control characters and surrounding blanks; anything else as it is."""
    return _clean(value).strip() if isinstance(value, str) else value


def _clean_text(value: object) -> object:
    return _clean(value.replace("\r\n", "\n"), keep=_LINE_BREAKS).strip() if isinstance(value, str) else value


def _lower(value: str) -> str:
    return value.lower()


# One line of text: a name, a title. Narrow it with Field(max_length=…).
Line = Annotated[str, BeforeValidator(clean_line), StringConstraints(min_length=1, max_length=200)]

# Several lines of text: notes, a description.
Text = Annotated[str, BeforeValidator(_clean_text), StringConstraints(max_length=10_000)]

# A password or token: taken as it is, bounded.
Secret = Annotated[str, StringConstraints(min_length=1, max_length=1024)]

# A secret that a response shows on purpose, such as a new access token. Its route is @never_stored.
IssuedSecret = Annotated[str, Field(json_schema_extra={"format": "password"})]

# An email address in the one spelling under which it is stored (RFC 5321 section 4.5.3.1.3: 254 characters).
Email = Annotated[EmailStr, Field(max_length=254), AfterValidator(_lower)]


class RequestModel(BaseModel):
    """Base of every request body: a field we do not know is an error, not a silent loss."""

    model_config = ConfigDict(extra="forbid")


class PatchModel(RequestModel):
    """Base of the body of a PATCH: what is left out stays; only a field in `nullable` may be set to null."""

    nullable: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _no_other_null(self) -> Self:
        if wrong := [n for n in sorted(self.model_fields_set - self.nullable) if getattr(self, n) is None]:
            raise ValueError(
                f"null is not allowed for {', '.join(wrong)}; leave the field out to keep its value"
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Let the contract, too, say which fields take null."""
        reference = handler(core)
        properties = handler.resolve_ref_schema(reference).get("properties", {})
        for name in properties.keys() - cls.nullable:
            without_null(properties[name])
        return reference


def without_null(schema: dict[str, Any]) -> None:
    """Take null out of what a JSON Schema allows: pydantic puts it in for whatever may be left out."""
    options = [option for option in schema.pop("anyOf", ()) if option != {"type": "null"}]
    schema.update(options[0] if len(options) == 1 else {"anyOf": options} if options else {})


class ResponseModel(BaseModel):
    """Base of every response body: built from rows, shows only what it names."""

    model_config = ConfigDict(from_attributes=True)
