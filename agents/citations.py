"""Citations: the markers of claims in a stream of text, such as `[cardiology-2]`, become `[1]`, `[2]`, …"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from agents.events import Citation, Claim

LABEL_CHARACTERS = 110
_MARKER = re.compile(r"\[\s*([a-z_]+-\d+(?:\s*[,;]\s*[a-z_]+-\d+)*)\s*\]")
_MADE_UP = re.compile(r"[ \t]?\[[\d~,; ]+\]")
"""A number in brackets that the model wrote itself: it would pass for a citation."""
_SENTENCE = re.compile(r"(?<=[.:])\s+(?=[A-Z])")
_BEGUN = re.compile(r"[ \t]*\[[a-z_\d\-,;~ ]{0,120}\Z|[ \t]+\Z")


class Citations:
    """Numbers claims in the order in which they are first cited; what cites no claim that exists is left out."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._claims: Mapping[str, Claim] = {claim.id: claim for claim in claims}
        self._numbers: dict[str, int] = {}
        self._held = ""

    def feed(self, piece: str) -> Iterator[Citation | str]:
        """The text that can be shown now, each citation before the text that bears its number."""
        self._held += piece
        begun = _BEGUN.search(self._held)
        cut = begun.start() if begun else len(self._held)
        ready, self._held = self._held[:cut], self._held[cut:]
        yield from self._numbered(ready)

    def finish(self) -> Iterator[Citation | str]:
        ready, self._held = self._held, ""
        yield from self._numbered(ready)

    def _numbered(self, text: str) -> Iterator[Citation | str]:
        text = _MADE_UP.sub("", text)
        last = 0
        shown = ""
        for match in _MARKER.finditer(text):
            shown += text[last : match.start()]
            last = match.end()
            known = [claim for claim in re.split(r"\s*[,;]\s*", match.group(1)) if claim in self._claims]
            for claim in known:
                if claim not in self._numbers:
                    self._numbers[claim] = len(self._numbers) + 1
                    yield self._citation(claim)
            shown = shown + "".join(f"[{self._numbers[claim]}]" for claim in known) if known else shown.rstrip(" ")
        shown += text[last:]
        if shown:
            yield shown

    def _citation(self, claim_id: str) -> Citation:
        claim = self._claims[claim_id]
        return Citation(
            number=self._numbers[claim_id],
            claim=claim_id,
            label=label_of(claim),
            evidence=claim.evidence,
            source=claim.source,
        )


def label_of(claim: Claim) -> str:
    """A short line for a list of sources: the source of knowledge, else what the claim says first."""
    if claim.kind in ("knowledge", "advice") and claim.source:
        return claim.source
    text = _SENTENCE.split(claim.text.replace("**", ""))[0].rstrip(".:")
    return text if len(text) <= LABEL_CHARACTERS else text[:LABEL_CHARACTERS].rsplit(" ", 1)[0] + " …"
