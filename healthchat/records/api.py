"""JSON over patients and their records, read-only: one's own and the shared sample."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.mixins import ListModelMixin
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from healthchat.records import models
from healthchat.records.models import Patient, Row, Source

UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
UNDATED = datetime(1, 1, 2, tzinfo=UTC)
"""Where rows without a date stand: behind all others."""
_AFTER_ANY_TIME = "~"
"""Sorts behind what may follow the calendar date in a record's own text."""

ROW = ["id", "evidence", "source", "name"]
CODED = [*ROW, "code", "code_system"]


class RefusalSerializer(serializers.Serializer[Any]):
    """Why a request was refused."""

    detail = serializers.CharField()


class PatientSerializer(serializers.ModelSerializer[Patient]):
    class Meta:
        model = Patient
        fields = ["id", "name", "sex", "birth_date", "deceased", "is_sample", "created"]


class SourceSerializer(serializers.ModelSerializer[Source]):
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Rows per kind.")
    unmapped = serializers.ListField(
        child=serializers.DictField(), help_text="What was taken without being understood, and why."
    )
    skipped = serializers.DictField(child=serializers.IntegerField(), help_text="Resources not taken, by type.")

    class Meta:
        model = Source
        fields = ["id", "name", "kind", "imported", "counts", "unmapped", "skipped"]


class RowSerializer(serializers.ModelSerializer[Any]):
    """What every row has. Dates are as recorded, which may be only a year or a month."""

    id = serializers.CharField(source="key", help_text="Stable: the same after importing again.")
    source = serializers.UUIDField(source="source_id")  # type: ignore[assignment]


class ObservationSerializer(RowSerializer):
    class Meta:
        model = models.Observation
        fields = [
            *CODED,
            "concept",
            "category",
            "value",
            "unit",
            "comparator",
            "text",
            "canonical_value",
            "canonical_unit",
            "effective",
            "reference_low",
            "reference_high",
            "reference_text",
            "flag",
            "status",
            "panel",
            "device",
        ]


class MedicationSerializer(RowSerializer):
    class Meta:
        model = models.Medication
        fields = [*CODED, "status", "dosage", "start", "end", "reason"]


class ConditionSerializer(RowSerializer):
    class Meta:
        model = models.Condition
        fields = [*CODED, "clinical_status", "verification_status", "onset", "end", "recorded"]


class AllergySerializer(RowSerializer):
    reactions = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = models.Allergy
        fields = [
            *CODED,
            "clinical_status",
            "verification_status",
            "criticality",
            "reactions",
            "recorded",
            "negated",
        ]


class ImmunizationSerializer(RowSerializer):
    class Meta:
        model = models.Immunization
        fields = [*CODED, "status", "given"]


class ProcedureSerializer(RowSerializer):
    class Meta:
        model = models.Procedure
        fields = [*CODED, "status", "performed"]


class EncounterSerializer(RowSerializer):
    class Meta:
        model = models.Encounter
        fields = [*ROW, "kind", "status", "start", "end", "reason"]


class DocumentSerializer(RowSerializer):
    class Meta:
        model = models.Document
        fields = [*ROW, "kind", "status", "dated", "text"]


class TimeQuery(serializers.Serializer[Any]):
    """Which rows are wanted."""

    since = serializers.DateField(required=False, help_text="Rows dated on this day or later.")
    until = serializers.DateField(required=False, help_text="Rows dated on this day or earlier.")


class ObservationQuery(TimeQuery):
    concept = serializers.CharField(required=False, help_text="A concept's id, such as `ldl`.")
    category = serializers.CharField(required=False, help_text="Such as `laboratory` or `vital-signs`.")


class StatusQuery(TimeQuery):
    status = serializers.CharField(required=False, help_text="As recorded, such as `active`.")


class ConditionQuery(TimeQuery):
    clinical_status = serializers.CharField(required=False, help_text="As recorded, such as `active`.")


REFUSALS = {400: RefusalSerializer, 403: RefusalSerializer, 404: RefusalSerializer}


@extend_schema_view(
    list=extend_schema(responses={200: PatientSerializer(many=True), 403: RefusalSerializer, 404: RefusalSerializer}),
    retrieve=extend_schema(responses={200: PatientSerializer, 403: RefusalSerializer, 404: RefusalSerializer}),
)
class PatientViewSet(ReadOnlyModelViewSet[Patient]):
    """The patients whose records the person may read."""

    serializer_class = PatientSerializer
    queryset = Patient.objects.none()
    lookup_value_regex = UUID_PATTERN

    def get_queryset(self) -> QuerySet[Patient]:
        return Patient.objects.visible_to(self.request.user)


class OfPatient(ListModelMixin, GenericViewSet[Any]):
    """What belongs to one of the patients that the person may read."""

    def patient(self) -> Patient:
        return get_object_or_404(Patient.objects.visible_to(self.request.user), pk=self.kwargs["patient_id"])


class RowViewSet(OfPatient):
    """Rows of one kind, the latest first."""

    model: ClassVar[type[Row]]
    query: ClassVar[type[serializers.Serializer[Any]]] = TimeQuery
    ordering = ("-at", "key")

    def get_queryset(self) -> QuerySet[Any]:
        asked = self.query(data=self.request.query_params.dict())
        asked.is_valid(raise_exception=True)
        wanted = dict(asked.validated_data)
        rows = self.model._default_manager.filter(patient=self.patient())
        rows = _since(rows, wanted.pop("since", None))
        rows = _until(rows, wanted.pop("until", None))
        return rows.filter(**wanted).annotate(at=Coalesce("instant", UNDATED))


def _since(rows: QuerySet[Any], day: date | None) -> QuerySet[Any]:
    if day is None:
        return rows
    text = rows.model.LEADING_DATE
    return rows.filter(_whole(**{f"{text}__gte": day.isoformat()}) | _partial(instant__gte=_midnight(day)))


def _until(rows: QuerySet[Any], day: date | None) -> QuerySet[Any]:
    if day is None:
        return rows
    text = rows.model.LEADING_DATE
    last = day.isoformat() + _AFTER_ANY_TIME
    return rows.filter(_whole(**{f"{text}__lte": last}) | _partial(instant__lte=_midnight(day)))


def _whole(**condition: str) -> Q:
    """For dates to the day: the calendar date as written, whatever its offset."""
    return Q(precision__in=("day", "time"), **condition)


def _partial(**condition: datetime) -> Q:
    """For a year or a month, which count as their first day."""
    return Q(precision__in=("year", "month"), **condition)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _described(query: type[serializers.Serializer[Any]] | None, many: serializers.BaseSerializer[Any]) -> Any:
    place = OpenApiParameter("patient_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
    return extend_schema_view(
        list=extend_schema(parameters=[place, *([query] if query else [])], responses={200: many, **REFUSALS})
    )


@_described(None, SourceSerializer(many=True))
class SourceViewSet(OfPatient):
    """The files that a patient's records came from, the latest first."""

    serializer_class = SourceSerializer
    queryset = Source.objects.none()

    def get_queryset(self) -> QuerySet[Source]:
        return self.patient().sources.all()


@_described(ObservationQuery, ObservationSerializer(many=True))
class ObservationViewSet(RowViewSet):
    """Laboratory values, vital signs and other observations, the latest first."""

    model = models.Observation
    query = ObservationQuery
    serializer_class = ObservationSerializer
    queryset = models.Observation.objects.none()


@_described(StatusQuery, MedicationSerializer(many=True))
class MedicationViewSet(RowViewSet):
    """Medicines, the one started last first."""

    model = models.Medication
    query = StatusQuery
    serializer_class = MedicationSerializer
    queryset = models.Medication.objects.none()


@_described(ConditionQuery, ConditionSerializer(many=True))
class ConditionViewSet(RowViewSet):
    """Conditions, the latest onset first."""

    model = models.Condition
    query = ConditionQuery
    serializer_class = ConditionSerializer
    queryset = models.Condition.objects.none()


@_described(ConditionQuery, AllergySerializer(many=True))
class AllergyViewSet(RowViewSet):
    """Allergies and statements that there are none, the one recorded last first."""

    model = models.Allergy
    query = ConditionQuery
    serializer_class = AllergySerializer
    queryset = models.Allergy.objects.none()


@_described(StatusQuery, ImmunizationSerializer(many=True))
class ImmunizationViewSet(RowViewSet):
    """Vaccinations, the latest first."""

    model = models.Immunization
    query = StatusQuery
    serializer_class = ImmunizationSerializer
    queryset = models.Immunization.objects.none()


@_described(StatusQuery, ProcedureSerializer(many=True))
class ProcedureViewSet(RowViewSet):
    """Procedures, the latest first."""

    model = models.Procedure
    query = StatusQuery
    serializer_class = ProcedureSerializer
    queryset = models.Procedure.objects.none()


@_described(StatusQuery, EncounterSerializer(many=True))
class EncounterViewSet(RowViewSet):
    """Visits and stays, the latest first."""

    model = models.Encounter
    query = StatusQuery
    serializer_class = EncounterSerializer
    queryset = models.Encounter.objects.none()


@_described(StatusQuery, DocumentSerializer(many=True))
class DocumentViewSet(RowViewSet):
    """Reports, plans and documents, the latest first."""

    model = models.Document
    query = StatusQuery
    serializer_class = DocumentSerializer
    queryset = models.Document.objects.none()


OF_PATIENT: dict[str, type[OfPatient]] = {
    "sources": SourceViewSet,
    "observations": ObservationViewSet,
    "medications": MedicationViewSet,
    "conditions": ConditionViewSet,
    "allergies": AllergyViewSet,
    "immunizations": ImmunizationViewSet,
    "procedures": ProcedureViewSet,
    "encounters": EncounterViewSet,
    "documents": DocumentViewSet,
}


def register(router: SimpleRouter) -> None:
    """Add the records' addresses under the API's router."""
    router.register("patients", PatientViewSet, basename="patient")
    for name, viewset in OF_PATIENT.items():
        router.register(f"patients/(?P<patient_id>{UUID_PATTERN})/{name}", viewset, basename=f"patient-{name}")
