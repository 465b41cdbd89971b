"""Apple Health's export: days, nights, readings and workouts, whatever the phone and the watch say at once."""

from __future__ import annotations

from io import BytesIO

import pytest

from agents.records import AnyRow, Observation
from healthchat.records.importers import Import, NotUnderstood, read_file
from tests.records.importers.samples import apple, record, slept, steps

IPHONE = "Ann’s iPhone"


def taken(*elements: str, **how: str) -> Import:
    return read_file(BytesIO(apple(*elements, **how)), name="export.xml")


def only(found: Import) -> Observation:
    (row,) = found.rows
    assert isinstance(row, Observation)
    return row


def of(found: Import, concept: str) -> list[AnyRow]:
    return [row for row in found.rows if isinstance(row, Observation) and row.concept == concept]


def test_it_reads_whose_records_they_are() -> None:
    found = taken(steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"))

    assert (found.kind, found.patient.sex, found.patient.birth_date.text) == ("apple_health", "female", "1961-03-04")


def test_it_counts_what_watch_and_phone_counted_at_once_only_once() -> None:
    row = only(
        taken(
            steps(600, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100", source=IPHONE),
            steps(500, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"),
            # Half of it while the watch was off.
            steps(200, "2025-01-01 08:05:00 +0100", "2025-01-01 08:15:00 +0100", source=IPHONE),
            steps(50, "2025-01-01 20:00:00 +0100", "2025-01-01 20:05:00 +0100", source=IPHONE),
        )
    )

    assert (row.concept, row.value, row.effective.text) == ("steps", 650.0, "2025-01-01")


def test_it_adds_up_what_one_device_counted() -> None:
    found = taken(
        *[
            steps(100, f"2025-01-01 {hour:02}:00:00 +0100", f"2025-01-01 {hour:02}:10:00 +0100")
            for hour in range(8, 18)
        ],
        steps(7, "2025-01-02 08:00:00 +0100", "2025-01-02 08:10:00 +0100"),
    )

    assert [(row.effective.text, row.value) for row in of(found, "steps")] == [
        ("2025-01-01", 1000.0),
        ("2025-01-02", 7.0),
    ]


def test_it_takes_a_night_from_one_device_under_the_day_of_waking() -> None:
    row = only(
        taken(
            slept("AsleepCore", "2025-01-01 23:00:00 +0100", "2025-01-02 02:00:00 +0100"),
            slept("Awake", "2025-01-02 02:00:00 +0100", "2025-01-02 02:30:00 +0100"),
            slept("AsleepREM", "2025-01-02 02:30:00 +0100", "2025-01-02 06:00:00 +0100"),
            slept("Asleep", "2025-01-01 22:30:00 +0100", "2025-01-02 06:30:00 +0100", source=IPHONE),
        )
    )

    assert (row.concept, row.value, row.unit, row.effective.text) == ("sleep_duration", 6.5, "h", "2025-01-02")


def test_it_takes_a_night_from_the_phone_when_the_watch_ran_out() -> None:
    row = only(
        taken(
            slept("AsleepCore", "2025-01-01 23:00:00 +0100", "2025-01-02 00:00:00 +0100"),
            slept("Asleep", "2025-01-01 22:30:00 +0100", "2025-01-02 06:30:00 +0100", source=IPHONE),
        )
    )

    assert row.value == 8.0


def test_it_does_not_lengthen_a_night_in_which_the_clocks_change() -> None:
    row = only(taken(slept("AsleepCore", "2025-03-29 23:00:00 +0100", "2025-03-30 07:00:00 +0200")))

    assert row.value == 7.0


def test_it_keeps_a_nap_apart_from_the_night() -> None:
    found = taken(
        slept("AsleepCore", "2025-01-01 23:00:00 +0100", "2025-01-02 06:00:00 +0100"),
        slept("AsleepCore", "2025-01-02 14:00:00 +0100", "2025-01-02 15:00:00 +0100"),
        slept("AsleepCore", "2025-01-02 23:30:00 +0100", "2025-01-03 05:30:00 +0100"),
    )

    assert [(row.effective.text, row.value) for row in of(found, "sleep_duration")] == [
        ("2025-01-02", 8.0),
        ("2025-01-03", 6.0),
    ]


def test_it_reads_a_blood_pressure_once_though_it_stands_there_twice() -> None:
    systolic = record("QuantityTypeIdentifierBloodPressureSystolic", "140", "2025-01-04 08:00:00 +0100", unit="mmHg")
    diastolic = record("QuantityTypeIdentifierBloodPressureDiastolic", "90", "2025-01-04 08:00:00 +0100", unit="mmHg")
    together = (
        '<Correlation type="HKCorrelationTypeIdentifierBloodPressure" sourceName="OMRON" '
        f'startDate="2025-01-04 08:00:00 +0100">{systolic}{diastolic}</Correlation>'
    )

    found = taken(together, systolic, diastolic)

    assert [(row.concept, row.value, row.effective.text) for row in found.rows] == [
        ("systolic", 140.0, "2025-01-04T08:00:00+01:00"),
        ("diastolic", 90.0, "2025-01-04T08:00:00+01:00"),
    ]
    assert len({row.panel for row in found.rows}) == 1


def test_it_keeps_readings_one_by_one_until_there_are_very_many_in_a_day() -> None:
    glucose = "QuantityTypeIdentifierBloodGlucose"
    few = [
        record(glucose, "5.5", f"2025-01-01 {hour:02}:00:00 +0100", unit="mmol&lt;180.1558800000541&gt;/L")
        for hour in range(24)
    ]
    many = [
        record(glucose, str(90 + minute), f"2025-01-02 08:{minute:02}:00 +0100", unit="mg/dL") for minute in range(50)
    ]

    found = of(taken(*few, *many), "glucose")

    assert len([row for row in found if row.effective.precision == "time"]) == 24
    assert [(row.value, row.effective.text) for row in found if row.effective.precision == "day"] == [
        (114.5, "2025-01-02")
    ]
    assert found[0].canonical_value == pytest.approx(99.09, abs=0.01)


def test_it_reads_oxygen_as_percent() -> None:
    row = only(taken(record("QuantityTypeIdentifierOxygenSaturation", "0.97", "2025-01-01 08:00:00 +0100", unit="%")))

    assert (row.concept, row.canonical_value) == ("spo2", 97.0)


def test_it_tells_a_day_of_heart_rates_by_its_mean_and_its_ends() -> None:
    beats = [
        record("QuantityTypeIdentifierHeartRate", value, f"2025-01-01 08:{place:02}:00 +0100", unit="count/min")
        for place, value in enumerate(("60", "80", "100"))
    ]
    resting = record("QuantityTypeIdentifierRestingHeartRate", "55", "2025-01-01 08:00:00 +0100", unit="count/min")

    alone, beside = taken(*beats), taken(*beats, resting)

    assert [(row.name, row.value) for row in alone.rows] == [
        ("Heart rate, average of the day", 80.0),
        ("Heart rate, lowest of the day", 60.0),
        ("Heart rate, highest of the day", 100.0),
    ]
    assert [row.value for row in of(alone, "heart_rate")] == [80.0]
    assert [row.value for row in of(beside, "heart_rate")] == [55.0]


def test_it_keeps_kinds_that_it_does_not_know() -> None:
    found = taken(
        record("QuantityTypeIdentifierFutureThing", "3", "2025-01-01 08:00:00 +0100", unit="xyz"),
        record("QuantityTypeIdentifierFutureThing", "1", "2025-01-02 08:00:00 +0100", unit="xyz"),
        record("QuantityTypeIdentifierFutureThing", "5", "2025-01-02 09:00:00 +0100", unit="xyz"),
        record("CategoryTypeIdentifierHeadache", "HKCategoryValueSeverityMild", "2025-01-01 08:00:00 +0100"),
    )

    assert [(row.name, row.value, row.text) for row in found.rows] == [
        ("Future thing", 3.0, None),
        ("Future thing", None, "2 values from 1 to 5 xyz"),
        ("Headache", None, "Severity mild"),
    ]
    assert {one.text for one in found.unmapped} == {"Future thing", "Headache"}


def test_it_tells_a_workout() -> None:
    found = taken(
        '<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="30.5" durationUnit="min" '
        'sourceName="Watch" startDate="2025-01-01 18:00:00 +0100" endDate="2025-01-01 18:30:30 +0100">'
        '<WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="5.1" unit="km"/></Workout>'
    )

    assert [(row.name, row.value, row.unit, row.device) for row in found.rows] == [
        ("Workout: Running, duration", 30.5, "min", "Watch"),
        ("Workout: Running, distance", 5.1, "km", "Watch"),
    ]


def test_it_reads_past_a_broken_dtd_and_characters_that_xml_forbids() -> None:
    odd = steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100", source="Ann\x0b’s &#11;Watch")

    assert only(taken(odd)).value == 10.0


def test_it_counts_what_it_cannot_date() -> None:
    found = taken(
        steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"),
        steps(10, "yesterday", "2025-01-01 08:10:00 +0100"),
        steps(10, "2025-13-01 08:00:00 +0100", "2025-13-01 08:10:00 +0100"),
        "<VisionPrescription type='glasses'/>",
    )

    assert found.counts == {"observation": 1}
    assert found.skipped == {"Record (date cannot be read)": 2, "VisionPrescription": 1}


def test_it_gives_a_day_the_same_id_in_a_later_export() -> None:
    first = only(taken(steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100")))
    later = only(
        taken(
            steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"),
            steps(20, "2025-01-01 09:00:00 +0100", "2025-01-01 09:10:00 +0100"),
        )
    )

    assert first.id == later.id
    assert (first.value, later.value) == (10.0, 30.0)


def test_it_refuses_an_export_that_breaks_off() -> None:
    whole = apple(steps(10, "2025-01-01 08:00:00 +0100", "2025-01-01 08:10:00 +0100"))

    with pytest.raises(NotUnderstood, match="damaged or incomplete"):
        read_file(BytesIO(whole[:-40]), name="export.xml")
