# Part of the kernel core.javascript.kernel.
"""The loop that reads a text by the tables of the grammar."""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.contexts import Contexts
    from cython.cimports.core.javascript.steps import Layout, Mode
    from cython.cimports.core.javascript.tokenizer import Tokenizer
else:
    from core.javascript.contexts import Contexts
    from core.javascript.steps import Layout, Mode
    from core.javascript.tokenizer import Tokenizer

COMPILED = cython.compiled


@cython.ccall
def recognize(
    tokenizer: Tokenizer,
    contexts: Contexts,
    predictions: cython.const[cython.uint][::1],
    steps: cython.const[cython.ushort][::1],
    same_line_steps: cython.uint,
    stack: cython.ushort[::1],
) -> cython.bint:
    """Return whether a text is a program; what is to be known about its functions is in ``contexts`` then.

    ``predictions``, ``steps`` and ``same_line_steps`` are those of ``tables.Tables``.  ``stack`` is for the symbols
    that are expected at any time.  A text that needs more room isn't recognised.
    """
    with cython.nogil:
        return _recognize(tokenizer, contexts, predictions, steps, same_line_steps, stack)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _recognize(
    tokenizer: Tokenizer,
    contexts: Contexts,
    predictions: cython.const[cython.uint][::1],
    steps: cython.const[cython.ushort][::1],
    same_line_steps: cython.uint,
    stack: cython.ushort[::1],
) -> cython.bint:
    # The topmost symbol is kept apart, those below are on the stack.  The program is the first, at the tables' start.
    symbol: cython.Py_ssize_t = 0
    depth: cython.Py_ssize_t = 0
    # One check a step keeps the stack within bounds: no step has more symbols.
    limit: cython.Py_ssize_t = stack.shape[0] - Layout.MAX_SYMBOLS
    kind: cython.int = tokenizer.next()
    while True:
        prediction: cython.uint = predictions[symbol + kind]
        if (prediction & Layout.STEP_MASK) >= same_line_steps and tokenizer.line_break:
            prediction = predictions[symbol + Layout.LINE_BREAK]
        step: cython.Py_ssize_t = prediction & Layout.STEP_MASK
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
        depth += steps[step + Layout.COUNT]
        action: cython.int = steps[step + Layout.ACTION]
        if action and not (contexts.perform(action, kind) and contexts.saved_used <= contexts.saved_limit):
            return False
        depth -= 1
        symbol = prediction >> Layout.TOP_SHIFT
        if symbol == Layout.POPPED:
            if depth < 0:
                return True
            symbol = stack[depth]
        mode: cython.int = steps[step + Layout.MODE]
        if mode:
            kind = tokenizer.next() if mode == Mode.NEXT else tokenizer.reread(mode, kind)
