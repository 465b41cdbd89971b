from __future__ import annotations

from types import SimpleNamespace

import pytest

from agents.tools.matching import matching


@pytest.mark.parametrize(
    ("said", "recorded"),
    [
        ("high blood pressure", "Essential hypertension (disorder)"),
        ("lung cancer", "Non-small cell carcinoma of lung (disorder)"),
        ("severe anemia", "Anemia (disorder)"),
        ("diabetes", "Diabetes mellitus type 2 (disorder)"),
        ("tetanus shot", "Td (adult), 5 Lf tetanus toxoid, preservative free, adsorbed"),
        ("arthritis", "Osteoarthritis of hip"),
        ("chronic kidney disease", "Chronic kidney disease stage 2 (disorder)"),
    ],
)
def test_it_finds_what_a_person_means(said: str, recorded: str) -> None:
    assert matching([SimpleNamespace(name=recorded)], said)


@pytest.mark.parametrize(
    ("said", "recorded"),
    [
        ("rheumatoid arthritis", "Osteoarthritis of hip"),
        ("lung cancer", "Malignant neoplasm of breast (disorder)"),
        ("pulmonary hypertension", "Essential hypertension (disorder)"),
        ("gestational diabetes", "Diabetes mellitus type 2 (disorder)"),
        ("vascular dementia", "Alzheimer's disease (disorder)"),
    ],
)
def test_it_keeps_apart_what_only_shares_a_word(said: str, recorded: str) -> None:
    assert not matching([SimpleNamespace(name=recorded)], said)
