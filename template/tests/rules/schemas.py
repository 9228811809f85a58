"""JSON Schema as FastAPI writes it: a walk through one, and an example of what it describes."""

from collections.abc import Iterator
from typing import Any

from hypothesis import find, settings
from hypothesis.strategies import from_regex

Schema = dict[str, Any]
FORMATS = {
    "date": "2030-01-31",
    "date-time": "2030-01-31T12:00:00Z",
    "email": "somebody@example.com",
    "uri": "https://example.com/",
    "uuid": "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b",
}


def walk(
    schema: Schema, document: Schema, place: str, seen: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Schema]]:
    """A schema and every schema inside of it, with the way there."""
    if name := _reference(schema):
        if name not in seen:
            yield from walk(_component(name, document), document, place, seen | {name})
        return
    options = _options(schema)
    if not options:
        yield place, schema
    for part in [*options, *_inside(schema)]:
        yield from walk(part, document, place if part in options else f"{place}[]", seen)
    for name, part in schema.get("properties", {}).items():
        yield from walk(part, document, f"{place}.{name}", seen)


def resolve(schema: Schema, document: Schema) -> Schema:
    """What a reference points to; anything else is itself."""
    name = _reference(schema)
    return resolve(_component(name, document), document) if name else schema


def example(schema: Schema, document: Schema) -> Any:
    """Something that fits: as little as may be, or what the field itself names by `examples=[…]`."""
    schema = resolve(schema, document)
    given = [*schema.get("examples", ()), *schema.get("enum", ())]
    given += [schema[key] for key in ("const", "default") if key in schema]
    if given:
        return given[0]
    if options := _options(schema):
        return example(options[0], document)
    match schema.get("type"):
        case "object":
            parts = schema.get("properties", {})
            value: Any = {name: example(parts[name], document) for name in schema.get("required", ())}
        case "array":
            value = [example(schema["items"], document) for _ in range(schema.get("minItems", 0))]
        case "integer" | "number":
            value = int(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))
        case "string":
            value = _text(schema)
        case "boolean":
            value = True
        case _:
            value = None
    return value


def _text(schema: Schema) -> str:
    if example := FORMATS.get(schema.get("format", "")):
        return example
    if "pattern" in schema:
        pattern: str = schema["pattern"]
        quiet = settings(database=None, derandomize=True)
        return find(from_regex(pattern, fullmatch=True), lambda _: True, settings=quiet)
    return "x" * int(schema.get("minLength", 1))


def _reference(schema: Schema) -> str:
    return str(schema.get("$ref", "")).removeprefix("#/components/schemas/")


def _component(name: str, document: Schema) -> Schema:
    found: Schema = document["components"]["schemas"][name]
    return found


def _options(schema: Schema) -> list[Schema]:
    options = [option for key in ("anyOf", "oneOf", "allOf") for option in schema.get(key, ())]
    if any(option.get("type") == "number" for option in options):
        # A Decimal, which may also come as a string.
        options = [option for option in options if option.get("type") != "string"]
    return options


def _inside(schema: Schema) -> list[Schema]:
    parts = [schema.get("items"), schema.get("additionalProperties"), *schema.get("prefixItems", ())]
    return [part for part in parts if isinstance(part, dict)]
