# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
# mypy: ignore-errors
"""Loop of the LL(1) parser: a text is read by the tables of the grammar."""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.lexer import Lexer
    from cython.cimports.core.javascript.numbers import StepMode, TableLayout
    from cython.cimports.core.javascript.scope_recorder import ScopeRecorder
else:
    from core.javascript.lexer import Lexer
    from core.javascript.numbers import StepMode, TableLayout
    from core.javascript.scope_recorder import ScopeRecorder

COMPILED = cython.compiled


@cython.ccall
def recognize(
    lexer: Lexer,
    recorder: ScopeRecorder,
    parse_table: cython.const[cython.ushort][::1],
    steps: cython.const[cython.ushort][::1],
    same_line_steps: cython.uint,
    stack: cython.ushort[::1],
    noted_tokens: cython.int[::1],
) -> cython.bint:
    """Return whether a text is a program; what is to be known about its functions is in ``recorder`` then.

    ``parse_table``, ``steps`` and ``same_line_steps`` are those of ``tables.ParserTables``, ``noted_tokens`` those of
    ``recorder``.  ``stack`` is for the symbols that are expected at any time.  A text that needs more room isn't
    recognised.
    """
    with cython.nogil:
        return _recognize(lexer, recorder, parse_table, steps, same_line_steps, stack, noted_tokens)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _recognize(
    lexer: Lexer,
    recorder: ScopeRecorder,
    parse_table: cython.const[cython.ushort][::1],
    steps: cython.const[cython.ushort][::1],
    same_line_steps: cython.uint,
    stack: cython.ushort[::1],
    noted_tokens: cython.int[::1],
) -> cython.bint:
    # ``depth`` symbols are expected, ``symbol`` being the nearest: at first the program, at the tables' start.
    symbol: cython.Py_ssize_t = 0
    depth: cython.Py_ssize_t = 1
    # One check a step keeps the stack within bounds: no step has more symbols.
    limit: cython.Py_ssize_t = stack.shape[0] - TableLayout.MAX_SYMBOLS
    kind: cython.int = lexer.next()
    while depth:
        step: cython.Py_ssize_t = parse_table[symbol + kind]
        if step >= same_line_steps and lexer.line_break:
            step = parse_table[symbol + TableLayout.LINE_BREAK]
        if depth > limit:
            return False
        # However many symbols there are, all four places are written: there's no branch to mispredict then.
        first: cython.ushort = steps[step + TableLayout.SYMBOLS]
        second: cython.ushort = steps[step + TableLayout.SYMBOLS + 1]
        third: cython.ushort = steps[step + TableLayout.SYMBOLS + 2]
        fourth: cython.ushort = steps[step + TableLayout.SYMBOLS + 3]
        stack[depth] = first
        stack[depth + 1] = second
        stack[depth + 2] = third
        stack[depth + 3] = fourth
        depth = depth - 1 + steps[step + TableLayout.COUNT]
        symbol = stack[depth]
        actions: cython.int = steps[step + TableLayout.ACTIONS]
        if actions:
            if not (recorder.perform(actions & 0xFF, kind) and recorder.saved_used <= recorder.saved_limit):
                return False
            actions >>= TableLayout.ACTION_BITS
            if actions and not (recorder.perform(actions, kind) and recorder.saved_used <= recorder.saved_limit):
                return False
        noted: cython.int = steps[step + TableLayout.NOTED]
        noted_tokens[noted & 0xFF] = lexer.start
        noted_tokens[(noted & 0xFF) + 1] = noted >> TableLayout.KIND_SHIFT
        mode: cython.int = steps[step + TableLayout.MODE]
        if mode:
            kind = lexer.next() if mode == StepMode.NEXT else lexer.reread(mode, kind)
    return True
