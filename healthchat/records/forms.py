"""What a person enters by hand: whose records they are, a value, a medicine, a condition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents import units
from agents.concepts import CONCEPTS, concept_for, plausible, to_canonical
from agents.records import RecordDate
from healthchat.records.importers.fhir.elements import date as believable_date
from healthchat.records.importers.sheet.numbers import Value, read_value
from healthchat.records.models import Patient
from healthchat.records.overview import CATEGORIES, OTHER_TESTS, name_of

BLOOD_PRESSURE = "blood_pressure"
_VITAL_SIGNS = CATEGORIES["vital_signs"]
_PARTIAL = _("A day (2024-05-17), a month (2024-05) or a year (2024) – as much as you know.")


class PartialDateField(forms.CharField):
    """A date of which only the year may be known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, help_text=_PARTIAL, **kwargs)
        self.widget.attrs |= {"placeholder": "2024-05-17", "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        written: str = super().clean(value).strip()
        if written and (believable_date(written) is None or RecordDate(written).precision == "time"):
            raise ValidationError(_("Write the date as 2024-05-17, 2024-05 or 2024."))
        return written


class PatientForm(forms.ModelForm):  # type: ignore[type-arg]
    sex = forms.ChoiceField(
        label=_("Sex"),
        initial=Patient.Sex.UNKNOWN,
        choices=[
            (Patient.Sex.FEMALE, _("female")),
            (Patient.Sex.MALE, _("male")),
            (Patient.Sex.OTHER, _("other")),
            (Patient.Sex.UNKNOWN, _("not said")),
        ],
        help_text=_("Some ranges and formulas differ by sex at birth."),
    )
    birth_date = PartialDateField(label=_("Date of birth"), required=False)

    class Meta:
        model = Patient
        fields = ["name", "sex", "birth_date"]
        labels = {"name": _("Name")}
        help_texts = {"name": _("What you call them: “Me”, “Mother”, a first name.")}


class ValueForm(forms.Form):
    """One measured value; a blood pressure is written as 128/82."""

    test = forms.ChoiceField(label=_("Test"), required=False)
    other = forms.CharField(label=_("or another test, by its name"), required=False, max_length=200)
    value = forms.CharField(
        label=_("Value"), max_length=60, help_text=_("As printed: 5.8, <0.6, negative. A blood pressure as 128/82.")
    )
    unit = forms.CharField(
        label=_("Unit"), required=False, max_length=40, help_text=_("As printed: mg/dL, mmol/L, %, …")
    )
    date = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    low = forms.CharField(label=_("Printed range, from"), required=False, max_length=20)
    high = forms.CharField(label=_("to"), required=False, max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["test"].choices = _tests()  # type: ignore[attr-defined]

    def clean_date(self) -> str:
        when: str = self.cleaned_data["date"].isoformat()
        if believable_date(when) is None:
            raise ValidationError(_("That is not a date of a person’s life."))
        return when

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if bool(found.get("test")) == bool(found.get("other")):
            self.add_error("test", _("Choose a test, or write the name of another one."))
            return found
        if found.get("other"):
            found["other"] = found["other"].replace("\x00", "")
            found["test"] = concept_for(None, name=found["other"], unit=found.get("unit") or None) or ""
        for side in ("low", "high"):
            if found.get(side) and _number(found[side]) is None:
                self.add_error(side, _("Write a number."))
        if not self.errors:
            self._check(found)
        return found

    def _check(self, found: dict[str, Any]) -> None:
        if found["test"] == BLOOD_PRESSURE:
            self._check_pressure(found)
            return
        concept = CONCEPTS.get(found["test"])
        number = _number(found["value"])
        if concept is None or concept.unit is None or number is None or number.number is None:
            return
        canonical = to_canonical(concept.id, number.number, found["unit"] or number.unit)
        if canonical is None:
            usual = " / ".join(dict.fromkeys(filter(None, map(units.shown, (concept.unit, concept.si_unit)))))
            self.add_error(
                "unit",
                _("This test is measured in %(units)s. Write the unit that is printed beside the value.")
                % {"units": usual},
            )
        elif not plausible(concept, canonical[0]):
            self.add_error("value", _("This value and this unit do not fit together. Please check both."))

    def _check_pressure(self, found: dict[str, Any]) -> None:
        high, _slash, low = found["value"].replace(" ", "").partition("/")
        if not (high.isdecimal() and low.isdecimal() and 20 <= int(low) < int(high) <= 350):
            self.add_error("value", _("Write a blood pressure as two numbers: 128/82."))


class MedicineForm(forms.Form):
    name = forms.CharField(label=_("Medicine"), max_length=200, help_text=_("As on the package, with its strength."))
    status = forms.ChoiceField(
        label=_("Is it taken now?"),
        choices=[
            ("active", _("Yes, it is taken now")),
            ("completed", _("No, it was taken to its end")),
            ("stopped", _("No, it was stopped")),
        ],
    )
    dosage = forms.CharField(label=_("How it is taken"), required=False, max_length=200)
    start = PartialDateField(label=_("Since"), required=False)
    end = PartialDateField(label=_("Until"), required=False)


class ConditionForm(forms.Form):
    name = forms.CharField(label=_("Condition"), max_length=200, help_text=_("As your doctor calls it."))
    status = forms.ChoiceField(
        label=_("Is it there now?"),
        choices=[("active", _("Yes")), ("inactive", _("Not at the moment")), ("resolved", _("No, it is over"))],
    )
    onset = PartialDateField(label=_("Since"), required=False)
    end = PartialDateField(label=_("Until"), required=False)


def _number(written: str) -> Value | None:
    return read_value(written, decimal=".")


def _tests() -> list[tuple[str, Any]]:
    groups: dict[str, list[tuple[str, str]]] = {_VITAL_SIGNS: [(BLOOD_PRESSURE, gettext("Blood pressure"))]}
    for concept in CONCEPTS.values():
        if concept.id not in ("systolic", "diastolic"):
            heading = CATEGORIES.get(concept.category, OTHER_TESTS)
            groups.setdefault(heading, []).append((concept.id, name_of(concept)))
    ordered = [(gettext(name), sorted(tests, key=lambda test: test[1].casefold())) for name, tests in groups.items()]
    return [("", gettext("Choose …")), *ordered]
