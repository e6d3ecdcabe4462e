"""The Trace view: from a paste to frames, links, copies, and what it says when there are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.page.conftest import EXAMPLES, Visitor, visiting
from tests.worker.source_server import SourceServer, gated, reply

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRACE = (EXAMPLES / "traces" / "release.txt").read_text()
V8 = "Error: x\n    at f ({url}:1:10)\n"


async def test_paste_and_enter_map_the_shop(visitor: Visitor):
    await visitor.open()
    await visitor.map(TRACE)
    first, *_ = frames = await visitor.frames()
    assert first == "worthOf src/vouchers.ts:23:35"
    assert "Array.map" in "\n".join(frames)
    assert await visitor.status() == "7 of 9 frames mapped."
    lines = await visitor.page.locator(".frame").first.locator(".line").all_inner_texts()
    assert (lines[0], len(lines)) == ("   18   return JSON.parse(answer);", 8)
    assert await visitor.page.locator(".frame").first.locator(".current mark").inner_text() == "cents"
    assert await visitor.page.get_by_text("was f at https://shop.example/assets/shop.min.js:1:1297").count() == 1


async def test_the_link_shows_the_answer_again(visitor: Visitor):
    await visitor.open()
    await visitor.map(TRACE)
    frames = await visitor.frames()
    await visitor.page.reload()
    assert await visitor.frames() == frames
    await visitor.page.get_by_text("The whole text, with the original frames").click()
    text = visitor.page.locator(".whole code")
    await text.wait_for()
    assert (await text.inner_text()).splitlines()[1] == "    at worthOf (src/vouchers.ts:23:35)"


async def test_a_trace_in_the_address_is_mapped(visitor: Visitor):
    await visitor.open("/?trace=Error%0A%20%20at%20f%20(https://shop.example/assets/shop.min.js:1:1297)")
    assert await visitor.frames() == ["worthOf src/vouchers.ts:23:35"]


async def test_answers_are_copied_as_text_and_as_markdown(visitor: Visitor):
    await visitor.open()
    await visitor.map(TRACE)
    copied = {}
    for label in ("Copy as text", "Copy as Markdown", "Copy link"):
        await visitor.page.get_by_role("button", name=label).click()
        await visitor.page.get_by_text(f"{label}: done.").wait_for()
        copied[label] = await visitor.page.evaluate("navigator.clipboard.readText()")
    assert copied["Copy as text"].splitlines()[1] == "    at worthOf (src/vouchers.ts:23:35)"
    assert copied["Copy as Markdown"].startswith("```\nTypeError")
    assert copied["Copy link"] == visitor.page.url


async def test_everything_can_be_done_by_keys(visitor: Visitor):
    await visitor.open()
    press = visitor.page.keyboard.press
    await visitor.paste(TRACE)
    for _ in range(4):
        await press("Tab")
    assert await visitor.page.evaluate("document.activeElement.textContent") == "Map frames"
    await press("Enter")
    await visitor.frames()
    await visitor.page.locator(".frame summary").first.focus()
    await press("Enter")
    assert await visitor.page.locator(".frame > details").first.get_attribute("open") is None
    await visitor.page.locator("nav a", has_text="Service").focus()
    await press("Enter")
    await visitor.page.wait_for_selector(".facts")
    assert await visitor.page.evaluate("document.activeElement.id") == "service-title"


async def test_a_log_is_opened(visitor: Visitor, tmp_path: Path):
    log = tmp_path / "error.log"
    log.write_bytes(("2026-12-01 12:00:00 quiet\n" * 60_000 + TRACE).encode("utf-16"))
    await visitor.open()
    await visitor.page.set_input_files("#trace-open", log)
    assert (await visitor.frames())[0] == "worthOf src/vouchers.ts:23:35"
    assert "error.log" in await visitor.page.inner_text("#trace-file")
    await visitor.page.get_by_role("button", name="Remove").click()
    await visitor.page.locator("#trace-file").wait_for(state="hidden")


async def test_a_text_without_frames_says_what_a_frame_is(visitor: Visitor):
    await visitor.open()
    await visitor.paste("It does not work!")
    await visitor.page.keyboard.press("Enter")
    await visitor.page.get_by_text("No stack frame was found in this text.").wait_for()


async def test_nothing_is_asked_for_nothing(visitor: Visitor):
    await visitor.open()
    await visitor.page.keyboard.press("Enter")
    await visitor.page.get_by_text("There is nothing to map yet.").wait_for()


async def test_an_answer_that_is_gone_says_so(visitor: Visitor):
    await visitor.open("/?trace=00000000-0000-4000-8000-000000000000")
    await visitor.page.get_by_text("This answer is gone.").wait_for()


async def test_long_work_shows_progress_and_can_be_cancelled(visitor: Visitor, server: SourceServer):
    gate = server.gate()
    server.put("/app.min.js", gated(gate, reply(b"f()")))
    await visitor.open()
    await visitor.paste(V8.format(url=server.url("/app.min.js")))
    await visitor.page.keyboard.press("Enter")
    await visitor.page.get_by_text("Looking for files and maps").wait_for()
    await visitor.page.get_by_role("button", name="Cancel").click()
    await visitor.page.get_by_text("Cancelled.").wait_for()
    assert "?trace=" in visitor.page.url
    gate.open()
    await visitor.page.reload()
    assert len(await visitor.frames()) == 1


async def test_without_redis_it_says_what_to_do(browser, deployment):
    api = deployment.start_api(REDIS_URL="redis://127.0.0.1:1/0?socket_connect_timeout=1")
    await api.wait_until_up()
    async with visiting(browser, f"http://127.0.0.1:{api.port}") as visitor:
        await visitor.open()
        await visitor.paste(TRACE)
        await visitor.page.keyboard.press("Enter")
        await visitor.page.get_by_text("The service can't reach its Redis server").wait_for()
        assert await visitor.page.get_by_role("button", name="Try again").count() == 1
        await visitor.page.locator("nav a", has_text="Service").click()
        await visitor.page.locator("#service-status").get_by_text("can't reach its Redis server").wait_for()


HOSTILE = [
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1>",
    "<svg><script>window.ran=1</script></svg>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "javascript:window.ran=1",
    "data:text/html,<script>window.ran=1</script>",
    '"><script>window.ran=1</script>',
    "'><img src=x onerror=window.ran=1>",
    "`${window.ran=1}`",
    "{{constructor.constructor('window.ran=1')()}}",
    "</textarea><script>window.ran=1</script>",
    "</title><script>window.ran=1</script>",
    "</code></pre><script>window.ran=1</script>",
    "<style>*{display:none}</style>",
    "<base href=//evil.test/>",
    "<meta http-equiv=refresh content=0;url=//evil.test>",
    "<form action=//evil.test><button autofocus>",
    "<a href=javascript:window.ran=1>x</a>",
    "<details open ontoggle=window.ran=1>",
    "<body onload=window.ran=1>",
    "<input autofocus onfocus=window.ran=1>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.ran=1>",
    "<template><script>window.ran=1</script></template>",
    "<object data=javascript:window.ran=1>",
    "<embed src=javascript:window.ran=1>",
    "<link rel=stylesheet href=//evil.test>",
    "<video><source onerror=window.ran=1></video>",
    "<marquee onstart=window.ran=1>",
    "<x onclick=window.ran=1 autofocus tabindex=1>",
    "&lt;script&gt;window.ran=1&lt;/script&gt;",
    "&#60;img src=x onerror=window.ran=1&#62;",
    "\\u003cscript\\u003ewindow.ran=1\\u003c/script\\u003e",
    "%3Cscript%3Ewindow.ran=1%3C/script%3E",
    "<scr\u0000ipt>window.ran=1</script>",
    "\u202egpj.<script>",
    "\u2066<b>\u2069",
    "__proto__",
    "constructor",
    "toString",
    "onclick",
    "srcdoc",
    "<![CDATA[<script>window.ran=1</script>]]>",
    "<!--><script>window.ran=1</script>-->",
    "<?xml-stylesheet href='javascript:window.ran=1'?>",
    "<script src=//evil.test></script>",
    "<script type=module>window.ran=1</script>",
    "<img srcset=x onerror=window.ran=1>",
    "<picture><img src=x onerror=window.ran=1></picture>",
    "<audio src=x onerror=window.ran=1>",
    "<select autofocus onfocus=window.ran=1>",
    "<keygen autofocus onfocus=window.ran=1>",
    "<frameset onload=window.ran=1>",
    "<noscript><p title='</noscript><img src=x onerror=window.ran=1>'>",
    "<a name=getElementById>",
    "<img name=querySelector>",
    "<form id=trace-answer>",
    "<p id=trace-status>",
    "`code` **bold** [x](javascript:window.ran=1)",
    "😀<script>window.ran=1</script>\u200f",
]
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


COUNT = "document.querySelectorAll('script, img, iframe, object, embed, form, style, base, meta, link').length"


def vlq(number: int) -> str:
    number = -number * 2 + 1 if number < 0 else number * 2
    text = ""
    while True:
        number, digit = number >> 5, number & 31
        text += DIGITS[digit | 32 if number else digit]
        if not number:
            return text


def hostile_map() -> str:
    """A map whose token at each tenth column is of another source, line 1, with another name."""
    tokens = ",".join(
        vlq(10 if number else 0) + vlq(1 if number else 0) + "AA" + vlq(1 if number else 0)
        for number in range(len(HOSTILE))
    )
    return json.dumps(
        {
            "version": 3,
            "sources": HOSTILE,
            "sourcesContent": [f"{text}\n{text}" for text in HOSTILE],
            "names": HOSTILE,
            "mappings": tokens,
        }
    )


async def test_nothing_that_comes_from_outside_runs(visitor: Visitor, server: SourceServer):
    assert len(HOSTILE) >= 60
    server.put("/a.min.js", reply(b"x;" * 5 * len(HOSTILE) + b"\n//# sourceMappingURL=a.min.js.map"))
    server.put("/a.min.js.map", reply(hostile_map().encode()))
    url = server.url("/a.min.js")
    lines = [
        line
        for number, text in enumerate(HOSTILE)
        for line in (
            text,
            f"    at {text.replace(' ', '')} ({url}:1:{10 * number + 1})",
            f"    at f (https://h.test/{number}{text.replace(' ', '')}.js:1:1)",
        )
    ]
    await visitor.open()
    before = await visitor.page.evaluate(
        "document.querySelectorAll('script, img, iframe, object, embed, form, style, base, meta').length"
    )
    await visitor.map("\n".join(lines))
    await visitor.page.get_by_role("button", name="Open or close all").click()
    await visitor.page.get_by_text("The whole text, with the original frames").click()
    for button in ("Copy as text", "Copy as Markdown"):
        await visitor.page.get_by_role("button", name=button).click()
    shown = await visitor.page.inner_text("#trace-answer")
    assert sum(text in shown for text in HOSTILE) > 40
    after = await visitor.page.evaluate(
        "document.querySelectorAll('script, img, iframe, object, embed, form, style, base, meta').length"
    )
    assert after == before
    assert await visitor.page.evaluate("window.ran") is None
    assert "\u202e" not in await visitor.page.inner_text("#trace-answer")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_use_it(browser, api, axe, scheme):
    async with visiting(browser, f"http://127.0.0.1:{api.port}", color_scheme=scheme) as visitor:
        await visitor.open()
        assert await visitor.violations() == []
        await visitor.map(TRACE + V8.format(url="https://h.test/a.min.js"))
        await visitor.page.get_by_role("button", name="Open or close all").click()
        assert await visitor.violations() == []
        await visitor.page.fill("#trace-text", "nothing")
        await visitor.page.keyboard.press("Enter")
        await visitor.page.wait_for_selector("#trace-status .problem")
        assert await visitor.violations() == []
        await visitor.page.goto(f"{visitor.origin}/#service")
        await visitor.page.wait_for_selector(".facts")
        assert await visitor.violations() == []
