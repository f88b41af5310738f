"""Articles that try to run something in a page, or to break it: an invented story, and one trick each."""

from collections.abc import Iterator
from typing import Any

_STORY = (
    "The ferry company of Karvossa will not sail to the outer islands before the harbour of Tilm has been dredged,"
    " its director Ines Morvath told the council on {day}, and {trick} was read into the minutes of the meeting before"
    " the members went home in the rain at a quarter past nine."
)

#: What each of these would do, if a page took it for more than text: set ``window.tricked``, ask for something, or end
#: an element, a string or a line too early.
TRICKS: tuple[str, ...] = (
    "<script>window.tricked=1</script>",
    "</script><script>window.tricked=1</script>",
    "</SCRIPT ><img src=x onerror=window.tricked=1>",
    "<!--<script>window.tricked=1",
    "--><script>window.tricked=1</script>",
    "]]><script>window.tricked=1</script>",
    "<img src=x onerror=window.tricked=1>",
    "<img src=//tricks.invalid/a.png>",
    "<svg onload=window.tricked=1>",
    "<svg><script>window.tricked=1</script></svg>",
    "<svg><animate onbegin=window.tricked=1 attributeName=x dur=1s>",
    "<body onload=window.tricked=1>",
    "<iframe src=javascript:parent.tricked=1></iframe>",
    "<iframe srcdoc='<script>parent.tricked=1</script>'></iframe>",
    "<object data=javascript:window.tricked=1>",
    "<embed src=javascript:window.tricked=1>",
    "<link rel=stylesheet href=//tricks.invalid/a.css>",
    "<style>body{display:none}</style>",
    "<style>@import '//tricks.invalid/b.css';</style>",
    "<base href=//tricks.invalid/>",
    "<meta http-equiv=refresh content='0;url=//tricks.invalid/'>",
    "<form action=//tricks.invalid/><input name=q autofocus onfocus=window.tricked=1></form>",
    "<details open ontoggle=window.tricked=1>",
    "<video><source onerror=window.tricked=1></video>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=window.tricked=1></style></mglyph></math>",
    "<noscript><p title='</noscript><img src=x onerror=window.tricked=1>'>",
    "<template><script>window.tricked=1</script></template>",
    "<textarea></textarea><script>window.tricked=1</script>",
    "<a href=javascript:window.tricked=1>open</a>",
    "javascript:window.tricked=1",
    "JaVaScRiPt:window.tricked=1",
    "java\tscript:window.tricked=1",
    "data:text/html,<script>parent.tricked=1</script>",
    "vbscript:window.tricked=1",
    '"onmouseover="window.tricked=1" x="',
    "'onfocus='window.tricked=1' autofocus x='",
    "` onclick=window.tricked=1 `",
    "${window.tricked=1}",
    "{{constructor.constructor('window.tricked=1')()}}",
    "%3Cscript%3Ewindow.tricked=1%3C/script%3E",
    "&lt;script&gt;window.tricked=1&lt;/script&gt;",
    "&#60;script&#62;window.tricked=1&#60;/script&#62;",
    '\\u003cscript\\u003ewindow.tricked=1\\u003c/script\\u003e","x":"',
    '"}]}</script><script>window.tricked=1//',
    "__proto__",
    "constructor",
    "=HYPERLINK(\"//tricks.invalid/\",\"open\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\u202egnihton si siht\u202c",
    "\u2066\u202eabc",
    "\u2067\u2067\u2067\u2067",
    "\u200f\u200e\u061c\u200b\ufeff",
    "a\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a" * 8,
    "\U000e0041\U000e0042\U0001f3f4",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U00020000\U0002a6df",
    "\ufffe\uffff\U0010ffff",
    "\x1b[2J\x1b]0;tricked\x07",
    "\u2028\u2029window.tricked=1",
    "{}" * 200,
    "W" * 3000,
)  # fmt: skip


def articles() -> Iterator[dict[str, Any]]:
    """Two articles a trick, of two outlets, which share a passage with the trick in it."""
    for number, trick in enumerate(TRICKS):
        for outlet, day in enumerate(("Monday", "Tuesday")):
            yield {
                "id": f"{number}-{outlet} {trick}",
                "title": trick,
                "source": f"Outlet {outlet} {trick if number % 2 else ''}",
                "author": trick,
                "url": trick if number % 3 else f"https://paper.invalid/{number}?q={trick}",
                "published": f"2031-03-{1 + number % 28:02d}T0{outlet}:00:00Z",
                "text": f"{'Morning' if outlet else 'Evening'} report {number} of the coast.\n\n"
                + _STORY.format(day=f"{day}, the {number}th time", trick=trick),
            }
