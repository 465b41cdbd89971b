from __future__ import annotations

import pytest

from agents.conditions import conditions, described


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ("COPD", "copd"),
        ("essential hypertension", "hypertension"),
        ("Osteoarthritis of knee", "osteoarthritis"),
        ("rheumatoid arthritis", "rheumatoid arthritis"),
        ("chronic kidney disease stage 3", "chronic kidney disease"),
        ("type 1 diabetes", "type 1 diabetes"),
        ("diabetes", "type 2 diabetes"),
    ],
)
def test_it_describes_what_was_meant(said: str, entry: str) -> None:
    found = described(said)

    assert found is not None
    assert found.id == entry


@pytest.mark.parametrize("said", ["pulmonary hypertension", "diabetes insipidus", "lung cancer", "unicorn fever", ""])
def test_it_describes_no_other_illness_with_a_like_name(said: str) -> None:
    assert described(said) is None


def test_it_has_a_source_and_a_date_for_every_entry() -> None:
    for entry in conditions():
        assert len(entry.source) > 10
        assert entry.date
        assert entry.words
        assert entry.about.endswith(".")
