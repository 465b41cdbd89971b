from __future__ import annotations

import pytest

from agents.triage.kinds import NEAR_WORDS, kinds, kinds_of, without_names


def test_it_reads_any_test_as_one_and_the_same_word() -> None:
    assert without_names("was my ldl higher than my hba1c?") == "was my qtest higher than my qtest?"
    assert without_names("nothing named") == "nothing named"


@pytest.mark.parametrize(
    "pair", [("pills", "pastillas"), ("cat", "perros"), ("bridge", "puente"), ("dizzy", "mareada")]
)
def test_it_sees_one_kind_in_both_languages(pair: tuple[str, str]) -> None:
    english, spanish = pair

    assert set(kinds_of(english)) & set(kinds_of(spanish))


def test_it_pairs_kinds_in_the_order_of_the_words() -> None:
    names = {name for name, _ in kinds("gave the cat away")}

    assert "#give>pet" in names
    assert "#pet>give" not in names


def test_it_pairs_only_what_is_near() -> None:
    far = "gave " + "blah " * NEAR_WORDS + "cat"

    assert {name for name, _ in kinds(far)} == {"#give", "#pet"}


def test_it_weighs_all_kinds_together_to_the_length_of_one() -> None:
    assert sum(share**2 for _, share in kinds("gave the cat away")) == pytest.approx(1)
    assert list(kinds("blah")) == []
