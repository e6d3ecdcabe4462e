# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The loop that reads a text by the tables of the grammar."""

import cython

if cython.compiled:
    from cython.cimports.core.javascript.contexts import Contexts
    from cython.cimports.core.javascript.tokenizer import Tokenizer
else:
    from core.javascript.contexts import Contexts
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
    # A step has at most 13 symbols, so this is the one check that keeps the stack within bounds.
    limit: cython.Py_ssize_t = stack.shape[0] - 16
    depth: cython.Py_ssize_t = 1
    kind: cython.int = tokenizer.next()
    while depth:
        depth -= 1
        row: cython.Py_ssize_t = stack[depth] << 7
        step: cython.Py_ssize_t = predictions[row + kind]
        if step >= same_line_steps and tokenizer.line_break:
            step = predictions[row + 127]
        if step == 16:
            continue
        if step == 0 or depth > limit:
            return False
        # Nearly all steps have at most four symbols: without a loop, there's no branch to mispredict.
        first: cython.uchar = steps[step + 3]
        second: cython.uchar = steps[step + 4]
        third: cython.uchar = steps[step + 5]
        fourth: cython.uchar = steps[step + 6]
        stack[depth] = first
        stack[depth + 1] = second
        stack[depth + 2] = third
        stack[depth + 3] = fourth
        count: cython.Py_ssize_t = steps[step + 2]
        index: cython.Py_ssize_t
        for index in range(4, count):
            stack[depth + index] = steps[step + 3 + index]
        depth += count
        action: cython.int = steps[step]
        if action and not contexts.perform(action, kind):
            return False
        mode: cython.int = steps[step + 1]
        if mode == 1:
            kind = tokenizer.next()
        elif mode == 2:
            kind = tokenizer.regex(kind)
        elif mode == 3:
            kind = tokenizer.resume_template()
    return True
