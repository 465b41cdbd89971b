from __future__ import annotations

import pytest

from agents.citations import Citations
from agents.events import Citation, Claim

CLAIMS = (
    Claim(
        id="cardiology-1", kind="record", text="Your latest LDL was 144 mg/dL. That was long ago.", evidence=("row-1",)
    ),
    Claim(id="cardiology-2", kind="knowledge", text="LDL is a blood fat.", source="A guideline, 2025"),
)


def numbered(text: str, step: int = 1_000) -> tuple[str, list[Citation]]:
    citations = Citations(CLAIMS)
    found = [item for start in range(0, len(text), step) for item in citations.feed(text[start : start + step])]
    found += citations.finish()
    return "".join(item for item in found if isinstance(item, str)), [i for i in found if isinstance(i, Citation)]


@pytest.mark.parametrize("step", [1, 2, 3, 5, 1_000])
def test_it_numbers_claims_as_they_are_first_cited(step: int) -> None:
    text, citations = numbered("LDL [cardiology-2] was 144 [cardiology-1], again [cardiology-2].", step)

    assert text == "LDL [1] was 144 [2], again [1]."
    assert [(c.number, c.claim, c.label, c.evidence) for c in citations] == [
        (1, "cardiology-2", "A guideline, 2025", ()),
        (2, "cardiology-1", "Your latest LDL was 144 mg/dL", ("row-1",)),
    ]


@pytest.mark.parametrize("step", [1, 4, 1_000])
def test_it_takes_several_claims_in_one_marker(step: int) -> None:
    assert numbered("So [cardiology-1, cardiology-2].", step)[0] == "So [1][2]."


@pytest.mark.parametrize("step", [1, 4, 1_000])
def test_it_leaves_out_what_cites_no_claim(step: int) -> None:
    assert numbered("So it is [pharmacy-9]. [A link](x) stays, [open", step) == (
        "So it is. [A link](x) stays, [open",
        [],
    )


@pytest.mark.parametrize("step", [1, 4, 1_000])
def test_it_leaves_out_numbers_that_would_pass_for_citations(step: int) -> None:
    assert numbered("So it is [3] or [~~62~~], see [a](x) [cardiology-1].", step)[0] == "So it is or, see [a](x) [1]."


def test_a_citation_comes_before_the_text_that_bears_its_number() -> None:
    found = list(Citations(CLAIMS).feed("LDL [cardiology-1] was"))

    assert isinstance(found[0], Citation)
    assert found[1] == "LDL [1] was"
