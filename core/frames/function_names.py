"""Function name of a frame: from the scope, the caller's mapping or the raw frame, whichever is best."""

from __future__ import annotations

from itertools import groupby

from core.sourcemap.position import NoName, OriginalPosition

_WEAK_NAMES = frozenset({"<anonymous>", "__webpack_require__", "__webpack_modules__"})


def function_to_show(position: OriginalPosition, raw_function: str | None, caller_name: str | None) -> str:
    """Return the function name of the frame at ``position``.

    ``raw_function`` is the name the frame came with, and ``caller_name`` the name in the mapping of the frame that
    called it: at a call, that is usually the name of what is called.
    """
    name = _scope_name(position, raw_function)
    return fold_function_name(stronger_name(name, raw_function, caller_name))


def stronger_name(scope_name: str, raw_function: str | None, caller_name: str | None) -> str:
    """Return ``scope_name`` unless it is a weak one, such as ``<anonymous>``, and something better is known.

    The better ones are the caller's word, if not empty, and what the frame came with, whatever that is.
    """
    if scope_name not in _WEAK_NAMES:
        return scope_name
    if caller_name:
        return caller_name
    return scope_name if raw_function is None else raw_function


def fold_function_name(name: str) -> str:
    """Return ``name`` with repeated objects counted instead: ``app.go.go.onErr`` is ``app.{go#2}.onErr``."""
    if "." not in name:
        return name
    *objects, function = name.split(".")
    folded = [_fold(part, len(list(repetitions))) for part, repetitions in groupby(objects)]
    return ".".join([*folded, function])


def _scope_name(position: OriginalPosition, raw_function: str | None) -> str:
    function = position.function
    if function is NoName.UNKNOWN and raw_function is not None:
        return raw_function
    if isinstance(function, NoName):
        return function.value
    if function.startswith("$async$") and position.name is not None:
        return position.name  # the compiled body of an async Dart function; only the mapping has its real name
    return function


def _fold(part: str, count: int) -> str:
    return part if count == 1 else f"{{{part}#{count}}}"
