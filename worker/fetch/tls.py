"""How connections with TLS are made."""

from __future__ import annotations

import ssl


def ssl_context(*, verify: bool) -> ssl.SSLContext:
    """Return what makes connections for HTTP/1.1, to servers with any certificate unless ``verify`` says otherwise."""
    context = ssl.create_default_context() if verify else _trusting_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _trusting_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
