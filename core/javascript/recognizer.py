# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The loop that reads a text by the tables of the grammar."""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.contexts import Contexts
    from cython.cimports.core.javascript.steps import Layout, Mode, Special
    from cython.cimports.core.javascript.tokenizer import Tokenizer
else:
    from core.javascript.contexts import Contexts
    from core.javascript.steps import Layout, Mode, Special
    from core.javascript.tokenizer import Tokenizer

COMPILED = cython.compiled


@cython.ccall
def recognize(
    tokenizer: Tokenizer,
    contexts: Contexts,
    predictions: cython.const[cython.ushort][::1],
    steps: cython.const[cython.uchar][::1],
    same_line_steps: cython.int,
    stack: cython.uchar[::1],
) -> cython.bint:
    """Return whether a text is a program; what is to be known about its functions is in ``contexts`` then.

    ``predictions``, ``steps`` and ``same_line_steps`` are those of ``tables.Tables``.  ``stack`` is for the symbols
    that are expected at any time, at first the one at its bottom.  A text that needs more room isn't recognised.
    """
    with cython.nogil:
        return _recognize(tokenizer, contexts, predictions, steps, same_line_steps, stack)


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _recognize(
    tokenizer: Tokenizer,
    contexts: Contexts,
    predictions: cython.const[cython.ushort][::1],
    steps: cython.const[cython.uchar][::1],
    same_line_steps: cython.int,
    stack: cython.uchar[::1],
) -> cython.bint:
    # One check a step keeps the stack within bounds: no step has more symbols than fit into its own size.
    limit: cython.Py_ssize_t = stack.shape[0] - Layout.STEP_SIZE
    depth: cython.Py_ssize_t = 1
    kind: cython.int = tokenizer.next()
    while depth:
        depth -= 1
        row: cython.Py_ssize_t = stack[depth] * Layout.COLUMNS
        step: cython.Py_ssize_t = predictions[row + kind]
        if step >= same_line_steps and tokenizer.line_break:
            step = predictions[row + Layout.LINE_BREAK]
        if step == Special.POP:
            continue
        if step == Special.REJECT or depth > limit:
            return False
        # Nearly all steps have at most four symbols: without a loop, there's no branch to mispredict.
        first: cython.uchar = steps[step + Layout.SYMBOLS]
        second: cython.uchar = steps[step + Layout.SYMBOLS + 1]
        third: cython.uchar = steps[step + Layout.SYMBOLS + 2]
        fourth: cython.uchar = steps[step + Layout.SYMBOLS + 3]
        stack[depth] = first
        stack[depth + 1] = second
        stack[depth + 2] = third
        stack[depth + 3] = fourth
        count: cython.Py_ssize_t = steps[step + Layout.COUNT]
        index: cython.Py_ssize_t
        for index in range(4, count):
            stack[depth + index] = steps[step + Layout.SYMBOLS + index]
        depth += count
        action: cython.int = steps[step + Layout.ACTION]
        if action and not contexts.perform(action, kind):
            return False
        mode: cython.int = steps[step + Layout.MODE]
        if mode == Mode.NEXT:
            kind = tokenizer.next()
        elif mode == Mode.REGEX:
            kind = tokenizer.regex(kind)
        elif mode == Mode.TEMPLATE:
            kind = tokenizer.resume_template()
    return True
