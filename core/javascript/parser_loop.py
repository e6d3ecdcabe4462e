# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Loop of the LL(1) parser: a text is read by the tables of the grammar."""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.lexer import Lexer
    from cython.cimports.core.javascript.scope_recorder import ScopeRecorder
    from cython.cimports.core.javascript.steps import Layout, Mode
else:
    from core.javascript.lexer import Lexer
    from core.javascript.scope_recorder import ScopeRecorder
    from core.javascript.steps import Layout, Mode

COMPILED = cython.compiled


@cython.ccall
def recognize(
    lexer: Lexer,
    recorder: ScopeRecorder,
    predictions: cython.const[cython.ushort][::1],
    steps: cython.const[cython.ushort][::1],
    same_line_steps: cython.uint,
    stack: cython.ushort[::1],
    marks: cython.int[::1],
) -> cython.bint:
    """Return whether a text is a program; what is to be known about its functions is in ``recorder`` then.

    ``predictions``, ``steps`` and ``same_line_steps`` are those of ``tables.Tables``, ``marks`` those of ``recorder``.
    ``stack`` is for the symbols that are expected at any time.  A text that needs more room isn't recognised.
    """
    with cython.nogil:
        return _recognize(lexer, recorder, predictions, steps, same_line_steps, stack, marks)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _recognize(
    lexer: Lexer,
    recorder: ScopeRecorder,
    predictions: cython.const[cython.ushort][::1],
    steps: cython.const[cython.ushort][::1],
    same_line_steps: cython.uint,
    stack: cython.ushort[::1],
    marks: cython.int[::1],
) -> cython.bint:
    # ``depth`` symbols are expected, ``symbol`` being the nearest: at first the program, at the tables' start.
    symbol: cython.Py_ssize_t = 0
    depth: cython.Py_ssize_t = 1
    # One check a step keeps the stack within bounds: no step has more symbols.
    limit: cython.Py_ssize_t = stack.shape[0] - Layout.MAX_SYMBOLS
    kind: cython.int = lexer.next()
    while depth:
        step: cython.Py_ssize_t = predictions[symbol + kind]
        if step >= same_line_steps and lexer.line_break:
            step = predictions[symbol + Layout.LINE_BREAK]
        if depth > limit:
            return False
        # However many symbols there are, all four places are written: there's no branch to mispredict then.
        first: cython.ushort = steps[step + Layout.SYMBOLS]
        second: cython.ushort = steps[step + Layout.SYMBOLS + 1]
        third: cython.ushort = steps[step + Layout.SYMBOLS + 2]
        fourth: cython.ushort = steps[step + Layout.SYMBOLS + 3]
        stack[depth] = first
        stack[depth + 1] = second
        stack[depth + 2] = third
        stack[depth + 3] = fourth
        depth = depth - 1 + steps[step + Layout.COUNT]
        symbol = stack[depth]
        actions: cython.int = steps[step + Layout.ACTIONS]
        if actions:
            if not (recorder.perform(actions & 0xFF, kind) and recorder.saved_used <= recorder.saved_limit):
                return False
            actions >>= Layout.ACTION_BITS
            if actions and not (recorder.perform(actions, kind) and recorder.saved_used <= recorder.saved_limit):
                return False
        mark: cython.int = steps[step + Layout.MARK]
        marks[mark & 0xFF] = lexer.start
        marks[(mark & 0xFF) + 1] = mark >> Layout.SHAPE_SHIFT
        mode: cython.int = steps[step + Layout.MODE]
        if mode:
            kind = lexer.next() if mode == Mode.NEXT else lexer.reread(mode, kind)
    return True
