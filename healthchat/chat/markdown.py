"""Markdown to HTML that is safe to show: what a model or a record wrote can neither load nor send anything.

No raw HTML and no images. A link is shown as its text and its host, never as something to press: a made-up or
smuggled-in address would carry away what it is pressed with. Reference definitions are off, so that `[1]` stays a
citation's marker. The only links are ours: citations, and the emergency numbers of the urgency screen.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from html import escape
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

HEADING_SHIFT = 2
"""The page has its own first and second headings."""
TAGS = {
    *("a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong"),
    *("table", "tbody", "td", "th", "thead", "tr", "ul"),
}

_CITATION = re.compile(r"\[(\d{1,3})\]")
# 116 123 is the Samaritans' number (UK and Ireland, also across the EU).
_TELEPHONE = re.compile(r"(?<![\d.,/-])(?:911|112|999|988|111|116 ?123|1-800-222-1222)(?![\d/%-])(?![.,]\d)")
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=%|mm\[?Hg|[µmk]?[gLU]\b|[×a-zµ][\w³⁶⁹µ]*/)")
_BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])


def render(text: str, *, citations: Container[int] = (), anchor: str = "", telephones: bool = False) -> str:
    """The text as HTML.

    A marker `[n]` becomes a link to `#<anchor><n>` where `n` is among `citations`. With `telephones`, emergency
    numbers can be pressed to call them.
    """
    markdown = _parser()
    tokens = markdown.parse(text.translate(_BIDI_CONTROLS))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + HEADING_SHIFT, 6)}"
        if token.children:
            token.children = _inline(token.children, citations, anchor, telephones=telephones)
    return nh3.clean(
        markdown.renderer.render(tokens, markdown.options, {}),
        tags=TAGS,
        attributes={"a": {"href", "class", "data-citation", "aria-label"}, "ol": {"start"}},
        url_schemes={"tel"},
        link_rel=None,
    )


@cache
def _parser() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": False})
        .enable(["table", "strikethrough"])
        .disable(["html_block", "html_inline", "image", "reference"])
    )


def _inline(tokens: list[Token], citations: Container[int], anchor: str, *, telephones: bool) -> list[Token]:
    shown: list[Token] = []
    hosts: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            hosts.append(_host(str(token.attrGet("href") or "")))
        elif token.type == "link_close":
            host = hosts.pop()
            if host:
                shown.append(_html(f" ({escape(host)})"))
        elif token.type == "text" and not hosts:
            shown += _marked(token.content, citations, anchor, telephones=telephones)
        else:
            shown.append(token)
    return shown


def _marked(text: str, citations: Container[int], anchor: str, *, telephones: bool) -> list[Token]:
    html, end = [], 0
    for match in _CITATION.finditer(text):
        number = int(match[1])
        if number not in citations:
            continue
        before = text[end : match.start()]
        # No line may begin with a marker.
        before = f"{before[:-1]}\u00a0" if before.endswith(" ") else before
        html += [_escaped(before, telephones=telephones), _citation(number, anchor)]
        end = match.end()
    html.append(_escaped(text[end:], telephones=telephones))
    return [_html("".join(html))]


def _citation(number: int, anchor: str) -> str:
    return (
        f'<a class="citation" href="#{escape(anchor)}{number}" data-citation="{number}" '
        f'aria-label="Source {number}">{number}</a>'
    )


def _escaped(text: str, *, telephones: bool) -> str:
    # Again: an entity such as `&#x202e;` is a character only by now.
    # A figure stands on one line with its unit.
    safe = _BEFORE_UNIT.sub("\u00a0", escape(text.translate(_BIDI_CONTROLS), quote=False))
    if not telephones:
        return safe
    return _TELEPHONE.sub(lambda match: f'<a href="tel:{match[0].replace(" ", "")}">{match[0]}</a>', safe)


def _html(content: str) -> Token:
    return Token("html_inline", "", 0, content=content)


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""
