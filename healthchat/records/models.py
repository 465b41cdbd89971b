"""Patients and their health records as the database holds them: the rows of `agents.records`, one table per kind.

Field names are those of `agents.records`, so that mapping is mechanical; `key` is a row's `id` there. Optional strings
are stored as "". A date is stored as the record's own text; `instant` and `precision` are derived from the row's
leading date (`LEADING_DATE`) for sorting and filtering.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

KEY_LENGTH = 200
CONCEPT_LENGTH = 64


class PatientQuerySet(models.QuerySet["Patient"]):
    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> PatientQuerySet:
        """The patients whose records this person may read: their own and the shared sample."""
        return self.filter(Q(is_sample=True) | Q(owner_id=user.pk)) if user.pk else self.filter(is_sample=True)

    def owned_by(self, user: AbstractBaseUser | AnonymousUser) -> PatientQuerySet:
        """The patients whose records this person may change."""
        return self.filter(owner_id=user.pk) if user.pk else self.none()


class Patient(models.Model):
    """Whose records these are: one person's, or the sample that everybody may read and nobody may change."""

    class Sex(models.TextChoices):
        FEMALE = "female"
        MALE = "male"
        OTHER = "other"
        UNKNOWN = "unknown"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="patients"
    )
    name = models.CharField(max_length=200)
    sex = models.CharField(max_length=7, choices=Sex.choices, default=Sex.UNKNOWN)
    birth_date = models.CharField(max_length=40, blank=True)
    """As recorded, which may be only a year."""
    deceased = models.CharField(max_length=40, blank=True)
    is_sample = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["created"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_sample=True, owner=None) | Q(is_sample=False, owner__isnull=False),
                name="owned_or_sample",
            ),
            models.UniqueConstraint(fields=["name"], condition=Q(is_sample=True), name="one_sample_per_name"),
        ]
        indexes = [models.Index(fields=["owner", "created"], name="patient_by_owner")]

    def __str__(self) -> str:
        return f"patient {self.pk}"


class StoredManager(models.Manager["Source"]):
    """Sources that are in: those that are being stored yet are nobody's to see."""

    def get_queryset(self) -> models.QuerySet[Source]:
        return super().get_queryset().filter(pending=None)


class Source(models.Model):
    """An imported file or a filled-in form; deleting it takes its rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=40)
    """The format (`fhir`), or `form`."""
    sha256 = models.CharField(max_length=64)
    imported = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField(default=dict)
    """Rows per kind."""
    unmapped = models.JSONField(default=list)
    """What was taken without being understood: `{"kind", "code", "text", "reason", "count"}` each."""
    skipped = models.JSONField(default=dict)
    """Resources that are not taken, by type."""
    pending = models.DateTimeField(null=True, blank=True)
    """While its rows are being stored, in slices: when the last of them was. They show once it is None."""

    objects = StoredManager()
    everything = models.Manager["Source"]()

    class Meta:
        ordering = ["-imported"]
        constraints = [models.UniqueConstraint(fields=["patient", "sha256"], name="one_source_per_content")]
        indexes = [models.Index(fields=["pending"], condition=Q(pending__isnull=False), name="source_pending")]

    def __str__(self) -> str:
        return f"source {self.pk}"


class Upload(models.Model):
    """A file on its way in: being sent, read, asked about, or done with. Its bytes lie in the data folder meanwhile."""

    class State(models.TextChoices):
        RECEIVING = "receiving"
        READING = "reading"
        STORING = "storing"
        ASKING = "asking"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    """Bytes, as announced."""
    received = models.BigIntegerField(default=0)
    read = models.BigIntegerField(default=0)
    """Bytes that were read so far."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVING)
    message = models.TextField(blank=True)
    """Why it was refused or what is asked, for the person."""
    question = models.JSONField(null=True, blank=True)
    """How a table would be read (`sheet.Preview`), while that is asked."""
    reading = models.JSONField(null=True, blank=True)
    """How the person said that a table is to be read (`sheet.Reading`)."""
    source = models.ForeignKey(Source, on_delete=models.SET_NULL, null=True, blank=True)
    added = models.IntegerField(null=True, blank=True)
    """Rows that were not there before."""
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-created"]
        indexes = [models.Index(fields=["patient", "-created"], name="upload_by_patient")]

    def __str__(self) -> str:
        return f"upload {self.pk}"


class RowManager(models.Manager["Row"]):
    """Rows of the sources that are in."""

    def get_queryset(self) -> models.QuerySet[Row]:
        return super().get_queryset().exclude(source__in=Source.everything.exclude(pending=None).order_by())


class Row(models.Model):
    """What every record row has."""

    LEADING_DATE: ClassVar[str]

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="%(class)s_rows", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="%(class)s_rows")
    key = models.CharField(max_length=KEY_LENGTH)
    """The row's `id` in `agents.records`."""
    evidence = models.CharField(max_length=KEY_LENGTH)
    """The id of the source's resource, which answers cite."""
    name = models.TextField()
    instant = models.DateTimeField(null=True, blank=True)
    """Of the leading date, UTC; the start of the year, month or day where that is all the record says."""
    precision = models.CharField(max_length=5, blank=True)

    objects = RowManager()

    class Meta:
        abstract = True
        ordering = ["-instant", "key"]
        constraints = [models.UniqueConstraint(fields=["patient", "key"], name="one_%(class)s_per_key")]
        indexes = [
            models.Index(fields=["patient", "-instant"], name="%(class)s_by_time"),
            models.Index(fields=["patient", "evidence"], name="%(class)s_by_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.key}"


class Observation(Row):
    LEADING_DATE = "effective"

    concept = models.CharField(max_length=CONCEPT_LENGTH, blank=True)
    code = models.TextField(blank=True)
    code_system = models.TextField(blank=True)
    category = models.CharField(max_length=20, default="other")
    value = models.FloatField(null=True, blank=True)
    unit = models.TextField(blank=True)
    comparator = models.CharField(max_length=2, blank=True)
    text = models.TextField(blank=True)
    canonical_value = models.FloatField(null=True, blank=True)
    canonical_unit = models.CharField(max_length=40, blank=True)
    effective = models.CharField(max_length=40, blank=True)
    reference_low = models.FloatField(null=True, blank=True)
    reference_high = models.FloatField(null=True, blank=True)
    reference_text = models.TextField(blank=True)
    flag = models.TextField(blank=True)
    status = models.CharField(max_length=64, blank=True)
    panel = models.CharField(max_length=KEY_LENGTH, blank=True)
    device = models.CharField(max_length=200, blank=True)

    class Meta(Row.Meta):
        indexes = [
            models.Index(fields=["patient", "concept", "-instant"], name="observation_by_concept"),
            *Row.Meta.indexes,
        ]


class Medication(Row):
    LEADING_DATE = "start"

    status = models.CharField(max_length=64, blank=True)
    code = models.TextField(blank=True)
    code_system = models.TextField(blank=True)
    dosage = models.TextField(blank=True)
    start = models.CharField(max_length=40, blank=True)
    end = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)


class Condition(Row):
    LEADING_DATE = "onset"

    code = models.TextField(blank=True)
    code_system = models.TextField(blank=True)
    clinical_status = models.CharField(max_length=64, blank=True)
    verification_status = models.CharField(max_length=64, blank=True)
    onset = models.CharField(max_length=40, blank=True)
    end = models.CharField(max_length=40, blank=True)
    recorded = models.CharField(max_length=40, blank=True)


class Allergy(Row):
    LEADING_DATE = "recorded"

    code = models.TextField(blank=True)
    code_system = models.TextField(blank=True)
    clinical_status = models.CharField(max_length=64, blank=True)
    verification_status = models.CharField(max_length=64, blank=True)
    criticality = models.CharField(max_length=64, blank=True)
    reactions = models.JSONField(default=list, blank=True)
    recorded = models.CharField(max_length=40, blank=True)
    negated = models.BooleanField(default=False)

    class Meta(Row.Meta):
        verbose_name_plural = "allergies"


class Immunization(Row):
    LEADING_DATE = "given"

    status = models.CharField(max_length=64, blank=True)
    code = models.TextField(blank=True)
    code_system = models.TextField(blank=True)
    given = models.CharField(max_length=40, blank=True)


class Procedure(Row):
    LEADING_DATE = "performed"

    status = models.CharField(max_length=64, blank=True)
    code = models.TextField(blank=True)
    code_system = models.TextField(blank=True)
    performed = models.CharField(max_length=40, blank=True)


class Encounter(Row):
    LEADING_DATE = "start"

    status = models.CharField(max_length=64, blank=True)
    kind = models.TextField(blank=True)
    start = models.CharField(max_length=40, blank=True)
    end = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)


class Document(Row):
    LEADING_DATE = "dated"

    status = models.CharField(max_length=64, blank=True)
    kind = models.TextField(blank=True)
    dated = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
