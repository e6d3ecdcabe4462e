"""Errors of documents that aren't of the expected shape: what is wrong, and where.

msgspec decides whether a document fits; its messages are prose, don't tell which header is meant and may quote a
secret.  So when it says no, the document is walked once more beside the type, down to the value that doesn't fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import inspect

from core.errors import InvalidRequest

ROOT = "body"
"""Name of the document itself in a path."""

_LONGEST_QUOTE = 200

_KINDS = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "string", list: "array"}


def shape_error(document: Any, struct: type[msgspec.Struct]) -> InvalidRequest:
    """Return the first misfit of a JSON document that msgspec refuses to convert to ``struct``."""
    unexplained = InvalidRequest(ROOT, "not of the expected shape")  # never, while this module agrees with msgspec
    return next(_misfits(document, inspect.type_info(struct), ""), unexplained)


def misfit(path: str, expected: str, value: Any) -> InvalidRequest:
    """Say that ``value``, which itself is not shown, is of another kind than ``expected``."""
    return InvalidRequest(path or ROOT, f"expected {expected}, got {_kind(value)}")


def shortened(text: str) -> str:
    """Return the beginning of ``text``, short enough to quote."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _misfits(value: Any, expected: inspect.Type, path: str) -> Iterator[InvalidRequest]:
    match expected:
        case inspect.UnionType() if value is None:
            return
        case inspect.UnionType(types=types):
            nullable = next(member for member in types if not isinstance(member, inspect.NoneType))
            yield from _misfits(value, nullable, path)
        case inspect.StructType() if isinstance(value, dict):
            yield from _struct_misfits(value, expected, path)
        case inspect.ListType(item_type=item_type) if isinstance(value, list):
            items = ((f"{path}[{i}]", item) for i, item in enumerate(value))
            yield from _children_misfits(items, item_type)
        case inspect.DictType(value_type=value_type) if isinstance(value, dict):
            members = ((f"{path}.{shortened(key)}", member) for key, member in value.items())
            yield from _children_misfits(members, value_type)
        case _ if not _is_leaf_of(expected, value):
            yield _leaf_misfit(path, expected, value)


def _struct_misfits(value: dict[str, Any], expected: inspect.StructType, path: str) -> Iterator[InvalidRequest]:
    if _converts(value, expected.cls):  # nearly all of a hundred thousand frames: skip them at msgspec's speed
        return
    for field in expected.fields:
        field_path = f"{path}.{field.encode_name}" if path else field.encode_name
        if field.encode_name in value:
            yield from _misfits(value[field.encode_name], field.type, field_path)
        elif field.required:
            yield InvalidRequest(field_path, "missing field")


def _children_misfits(children: Iterable[tuple[str, Any]], expected: inspect.Type) -> Iterator[InvalidRequest]:
    for path, value in children:
        yield from _misfits(value, expected, path)


def _converts(value: Any, struct: type) -> bool:
    try:
        msgspec.convert(value, struct)
    except msgspec.ValidationError:
        return False
    return True


def _is_leaf_of(expected: inspect.Type, value: Any) -> bool:
    match expected:
        case inspect.AnyType():
            return True
        case inspect.StrType():
            return isinstance(value, str)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType(ge=low, le=high) if low is not None and high is not None:
            return type(value) is int and low <= value <= high  # True is an int, too
        case inspect.LiteralType() | inspect.EnumType():
            return isinstance(value, str) and value in _choices(expected)
        case _:
            return False


def _leaf_misfit(path: str, expected: inspect.Type, value: Any) -> InvalidRequest:
    return InvalidRequest(path or ROOT, f"expected {_noun(expected)}, got {_shown(expected, value)}")


def _shown(expected: inspect.Type, value: Any) -> str:
    # Where a number or one of a few words belongs, what came instead may be quoted; elsewhere it may be a secret.
    if isinstance(expected, inspect.IntType) and _kind(value) == "number":
        return str(value)
    if isinstance(expected, inspect.LiteralType | inspect.EnumType) and isinstance(value, str):
        return repr(shortened(value))
    return _kind(value)


def _noun(expected: inspect.Type) -> str:
    match expected:
        case inspect.StrType():
            return "a string"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=low, le=high):
            return f"an integer from {low} to {high}"
        case inspect.LiteralType() | inspect.EnumType():
            return "one of " + ", ".join(_choices(expected))
        case inspect.ListType():
            return "an array"
        case _:
            return "an object"


def _choices(expected: inspect.LiteralType | inspect.EnumType) -> tuple[str, ...]:
    if isinstance(expected, inspect.EnumType):
        return tuple(member.value for member in expected.cls)
    return tuple(str(value) for value in expected.values)


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "object")
