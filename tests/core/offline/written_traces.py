"""Stack traces as engines write them, and as consoles and logs write those."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

NAMES = [
    "f",
    "",
    "get total",
    "foo bar",
    "GET /users/{id}",
    "a;b",
    "look at me",
    "with@at",
    "with(paren)",
    "con.dots/and/slashes",
    "größe ü",
    "#secret",
    "a'b",
]
V8_NAMES = [*NAMES, "Object.f [as g]", "new Cart", "Array.forEach.x", "Cart.<computed> [as total]", "(rsc)/./page.tsx"]
SPIDERMONKEY_NAMES = [*NAMES, 'parcelRequire<["fx.js"]</<', "a/b/<", "[x y]", "set total", 'quo"te']
PATHS = [
    "https://x.example/app.min.js",
    "http://[::1]:3000/app.min.js?v={1};2",
    "https://x.example/@scope/app.min.js",
    "https://x.example/a(1)/app.min.js",
    "file:///srv/dist/app.min.mjs",
    "/srv/dist/app.min.js",
    "/srv/my app/app.min.js",
    "/app/(shop)/page.js",
    "C:\\new\\table\\app.min.js",
    "app:///app.min.js",
    "webpack-internal:///./src/app.min.js",
]


@dataclass(frozen=True, slots=True)
class Planted:
    """A frame of a written trace."""

    function: str
    path: str
    lineno: int
    colno: int

    @property
    def place(self) -> str:
        return f"{self.path}:{self.lineno}:{self.colno}"


def v8_line(frame: Planted) -> str:
    return f"    at {frame.function} ({frame.place})" if frame.function else f"    at {frame.place}"


def spidermonkey_line(frame: Planted) -> str:
    return f"{frame.function}@{frame.place}"


def javascriptcore_line(frame: Planted) -> str:
    return f"{frame.function}@{frame.place}" if frame.function or "://" not in frame.path else frame.place


ENGINES: dict[str, Callable[[Planted], str]] = {
    "v8": v8_line,
    "spidermonkey": spidermonkey_line,
    "javascriptcore": javascriptcore_line,
}


def node_colours(line: str) -> str:
    place = line.rfind("(") if line.endswith(")") else len("    at ")
    return f"{line[:place]}\x1b[90m{line[place : place + 5]}\x1b[39m{line[place + 5 :]}\x1b[39m"


def bun_colours(line: str) -> str:
    path, lineno, colno = line.removeprefix("    at ").removesuffix(")").rsplit(":", 2)
    end = "\x1b[2m)\x1b[0m" if line.endswith(")") else ""
    numbers = f"\x1b[2m:\x1b[0m\x1b[33m{lineno}\x1b[0m\x1b[2m:\x1b[33m{colno}\x1b[0m"
    return f"\x1b[0m      \x1b[2mat \x1b[0m\x1b[1m\x1b[3m{path[:1]}\x1b[0m{path[1:]}{numbers}{end}"


def as_json(lines: list[str]) -> str:
    return json.dumps(
        {"level": 50, "time": "12:00:01.5", "stack": "\n".join(["Error: boom", *lines])}, ensure_ascii=False
    )


def escaped(line: str) -> str:
    return json.dumps(line, ensure_ascii=False)[1:-1]


OF_ANY_ENGINE: dict[str, Callable[[list[str]], str]] = {
    "lines": lambda lines: "Error: boom\n" + "\n".join(lines),
    "windows": lambda lines: "Error: boom\r\n" + "\r\n".join(lines) + "\r\n",
    "old-macs": lambda lines: "Error: boom\r" + "\r".join(lines),
    "json": as_json,
    "json-in-json": lambda lines: json.dumps({"message": as_json(lines)}, ensure_ascii=False),
    "json-in-json-in-json": lambda lines: json.dumps({"m": json.dumps({"m": as_json(lines)})}, ensure_ascii=False),
    "json-in-ascii": lambda lines: json.dumps({"stack": "\n".join(["Error: boom", *lines])}),
    "json-array": lambda lines: json.dumps({"stack": ["Error: boom", *lines]}, ensure_ascii=False),
    "json-indented": lambda lines: json.dumps({"stack": ["Error: boom", *lines]}, indent=1, ensure_ascii=False),
    "json-of-go": lambda lines: as_json(lines).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
    "json-of-php": lambda lines: as_json(lines).replace("/", "\\/"),
    "json-with-codes": lambda lines: '{"stack":"' + "\\u000a".join(map(escaped, ["Error: boom", *lines])) + '"}',
    "line-separators": lambda lines: "Error: boom\u2028" + "\u2028".join(lines),
    "chromium-console": lambda lines: "Error: boom↵" + "↵".join(lines),
    "windows-in-json": lambda lines: '{"stack":"' + "\\r\\n".join(map(escaped, ["Error: boom", *lines])) + '"}',
    "windows-in-xml": lambda lines: "<e>boom&#13;&#10;" + "&#xD;&#xA;".join(map(html.escape, lines)) + "</e>",
    "newline-symbols": lambda lines: "Error: boom\u2424" + "\u2424".join(lines),
    "pilcrows": lambda lines: "Error: boom¶" + "¶".join(lines),
    "octal": lambda lines: "Error: boom\\012" + "\\012".join(lines),
    "vertical-tabs": lambda lines: "Error: boom\v" + "\v".join(lines),
    "journal": lambda lines: "\n".join(f"Nov 30 19:38:42 host node[7]: {line}" for line in ["Error: boom", *lines]),
    "heroku": lambda lines: "\n".join(f"2026-11-30T19:38:42+00:00 app[web.1]: {line}" for line in ["boom", *lines]),
    "kubernetes": lambda lines: "\n".join(f"2026-11-30T19:38:42.98Z stderr F {line}" for line in ["boom", *lines]),
    "pm2": lambda lines: "\n".join(f"0|web  | {line}" for line in ["boom", *lines]),
    "syslog": lambda lines: "<11>Nov 30 19:38:42 web app[7]: Error: boom#012" + "#012".join(lines),
    "hexadecimal": lambda lines: "Error: boom\\x0a" + "\\x0a".join(lines),
    "html": lambda lines: "<p>Error: boom<br>" + "<br />".join(line.replace("<", "&lt;") for line in lines) + "</p>",
    "xml": lambda lines: "<e>Error: boom&#10;" + "&#xA;".join(line.replace("<", "&lt;") for line in lines) + "</e>",
    "percent": lambda lines: (
        "GET /log?stack=" + quote("\n".join(["Error: boom", *lines]), safe="") + "&page=1 HTTP/1.1"
    ),
    "docker": lambda lines: "\n".join(f"web-1  | {line}" for line in ["Error: boom", *lines]),
    "timestamps": lambda lines: "\n".join(f"2026-11-30T19:38:42.982Z ERROR {line}" for line in ["Error: boom", *lines]),
    "levels": lambda lines: "\n".join(f"[12:00:01] [error] {line}" for line in ["Error: boom", *lines]),
    "logfmt": lambda lines: 'level=error msg="Error: boom" stack="' + "\\n".join(map(escaped, lines)) + '"',
    "inspected": lambda lines: (
        "{ stack: 'Error: boom\\n' +\n" + " +\n".join(f"  '{escaped(line)}\\n'" for line in lines) + " }"
    ),
    "json-in-json-without-a-message": lambda lines: json.dumps(
        {"message": json.dumps({"stack": "\n".join(lines)}, ensure_ascii=False)}, ensure_ascii=False
    ),
    "json-string-in-json": lambda lines: json.dumps({"m": json.dumps("\n".join(lines))}),
    "log-in-json": lambda lines: "\n".join(
        json.dumps({"log": f"2026-11-30 19:38:42 [error] {line}\n"[:-1], "stream": "stderr"}, ensure_ascii=False)
        for line in lines
    ),
    "percent-for-line-ends": lambda lines: "::error file=a.ts::" + "%0A".join(lines),
    "grep": lambda lines: "\n".join(f"/var/log/app.log:{number}:{line}" for number, line in enumerate(lines, 8)),
    "grep-bytes": lambda lines: "\n".join(f"app.log:{number}:9{number}:{line}" for number, line in enumerate(lines, 8)),
    "numbered": lambda lines: "\n".join(f"#{number} {line}" for number, line in enumerate(lines)),
    "github": lambda lines: "\n".join(f"2026-11-30T19:38:42.98Z ##[error]{line}" for line in lines),
    "box": lambda lines: "\n".join(f"│ {line} │" for line in lines),
    "vitest": lambda lines: "\n".join(f" ❯ {line}" for line in lines),
    "html-list": lambda lines: "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>",
    "html-pre": lambda lines: '<pre class="trace">' + html.escape("\n".join(lines)) + "</pre>",
    "cdata": lambda lines: '<failure message="boom"><![CDATA[' + "\n".join(lines) + "]]></failure>",
    "bytes-of-python": lambda lines: 'b"' + "\\n".join(map(escaped, lines)) + '"',
    "form": lambda lines: "level=error&stack=" + quote("\n".join(lines), safe="/:@") + "&page=1",
    "ltsv": lambda lines: "time:12:00\tstack:" + "\\n".join(map(escaped, lines)),
    "fence": lambda lines: "```" + "\n".join(lines) + "```",
    "tabs": lambda lines: "Error: boom\\n\\t" + "\\n\\t".join(escaped(line).strip() for line in lines) + "\\n",
}
"""Every way in which a log writes a line feed, or several lines."""

OF_V8: dict[str, Callable[[list[str]], str]] = {
    "spaces": lambda lines: "Error: boom " + " ".join(line.strip() for line in lines),
    "cloudwatch": lambda lines: (
        "2026-11-30T19:38:42.982Z 7f ERROR Error: boom " + " ".join(line.strip() for line in lines)
    ),
    "pipes": lambda lines: "Error: boom | " + " | ".join(line.strip() for line in lines),
    "commas": lambda lines: "Error: boom, " + ", ".join(line.strip() for line in lines),
    "semicolons": lambda lines: "Error: boom; " + "; ".join(line.strip() for line in lines),
    "arrows": lambda lines: "Error: boom -> " + " -> ".join(line.strip() for line in lines),
    "python": lambda lines: repr(["Error: boom", *lines]),
    "node-colours": lambda lines: "\n".join(map(node_colours, lines)),
    "bun-colours": lambda lines: "\n".join(map(bun_colours, lines)),
    "written-colours": lambda lines: as_json(list(map(node_colours, lines))),
    "lost-escapes": lambda lines: "\n".join(map(node_colours, lines)).replace("\x1b", ""),
    "carets": lambda lines: "\n".join(map(node_colours, lines)).replace("\x1b", "^["),
}
"""What takes the word "at" in front of a frame, or colours."""
