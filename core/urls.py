"""URLs as browsers read them: WHATWG, not RFC 3986."""
