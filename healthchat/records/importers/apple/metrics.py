"""What Apple Health's types are, and how a day of each is told.

A phone and a watch measure without end: what they measure is told day by day, not beat by beat. What a person measures
now and then (weight, blood pressure, glucose) is kept one by one, as long as it is not more often than
`SINGLE_READINGS` times a day.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

SINGLE_READINGS = 24
"""In a day; beyond that (a sensor under the skin) the day is summed up."""

Kind = Literal["sum", "mean", "single"]


class Metric(msgspec.Struct, frozen=True):
    name: str
    kind: Kind
    loinc: str = ""
    category: str = "activity"


_SUMS = {
    "StepCount": Metric("Steps", "sum", "41950-7"),
    "DistanceWalkingRunning": Metric("Distance walked or run", "sum"),
    "DistanceCycling": Metric("Distance cycled", "sum"),
    "DistanceSwimming": Metric("Distance swum", "sum"),
    "DistanceWheelchair": Metric("Distance by wheelchair", "sum"),
    "ActiveEnergyBurned": Metric("Active energy", "sum"),
    "BasalEnergyBurned": Metric("Resting energy", "sum"),
    "FlightsClimbed": Metric("Flights climbed", "sum"),
    "PushCount": Metric("Wheelchair pushes", "sum"),
    "SwimmingStrokeCount": Metric("Swimming strokes", "sum"),
    "AppleExerciseTime": Metric("Exercise time", "sum"),
    "AppleStandTime": Metric("Time standing", "sum"),
    "AppleMoveTime": Metric("Time moving", "sum"),
    "TimeInDaylight": Metric("Time in daylight", "sum"),
    "NumberOfTimesFallen": Metric("Falls", "sum"),
    "InhalerUsage": Metric("Inhaler uses", "sum"),
    "InsulinDelivery": Metric("Insulin delivered", "sum"),
    "NumberOfAlcoholicBeverages": Metric("Alcoholic drinks", "sum"),
}
_MEANS = {
    "HeartRate": Metric("Heart rate, average of the day", "mean", "", "vital-signs"),
    "HeartRateVariabilitySDNN": Metric("Heart rate variability (SDNN)", "mean", "80404-7"),
    "RestingHeartRate": Metric("Resting heart rate", "mean", "40443-4", "vital-signs"),
    "WalkingHeartRateAverage": Metric("Heart rate while walking", "mean", "", "vital-signs"),
    "RespiratoryRate": Metric("Respiratory rate", "mean", "9279-1", "vital-signs"),
    "OxygenSaturation": Metric("Oxygen saturation", "mean", "59408-5", "vital-signs"),
}
_SINGLES = {
    "BodyMass": Metric("Body weight", "single", "29463-7", "vital-signs"),
    "Height": Metric("Body height", "single", "8302-2", "vital-signs"),
    "BodyMassIndex": Metric("Body mass index", "single", "39156-5", "vital-signs"),
    "WaistCircumference": Metric("Waist circumference", "single", "8280-0", "vital-signs"),
    "LeanBodyMass": Metric("Lean body mass", "single", "", "vital-signs"),
    "BodyFatPercentage": Metric("Body fat", "single", "41982-0", "vital-signs"),
    "BodyTemperature": Metric("Body temperature", "single", "8310-5", "vital-signs"),
    "BasalBodyTemperature": Metric("Basal body temperature", "single", "", "vital-signs"),
    "BloodGlucose": Metric("Glucose", "single", "2339-0", "laboratory"),
    "BloodAlcoholContent": Metric("Blood alcohol", "single", "", "laboratory"),
    "VO2Max": Metric("VO2 max", "single", "60842-2"),
    "ForcedVitalCapacity": Metric("Forced vital capacity", "single", "19868-9", "exam"),
    "ForcedExpiratoryVolume1": Metric("Forced expiratory volume in one second", "single", "20150-9", "exam"),
    "PeakExpiratoryFlowRate": Metric("Peak expiratory flow", "single", "19935-6", "exam"),
    "PeripheralPerfusionIndex": Metric("Peripheral perfusion index", "single", "61006-3", "vital-signs"),
    "SixMinuteWalkTestDistance": Metric("Six minute walk", "single", "64098-7", "exam"),
    "AppleWalkingSteadiness": Metric("Walking steadiness", "single", "", "activity"),
}
_KNOWN = {f"HKQuantityTypeIdentifier{name}": one for name, one in (_SUMS | _MEANS | _SINGLES).items()}

SYSTOLIC = "HKQuantityTypeIdentifierBloodPressureSystolic"
DIASTOLIC = "HKQuantityTypeIdentifierBloodPressureDiastolic"
OXYGEN_SATURATION = "HKQuantityTypeIdentifierOxygenSaturation"
HEART_RATE = "HKQuantityTypeIdentifierHeartRate"
RESTING_HEART_RATE = "HKQuantityTypeIdentifierRestingHeartRate"
ANY_HEART_RATE_LOINC = "8867-4"
SLEEP = "HKCategoryTypeIdentifierSleepAnalysis"
SLEEP_LOINC = "93832-4"
SLEEP_STAGE = "HKCategoryValueSleepAnalysis"

_IDENTIFIER = re.compile(r"HK(?:QuantityType|CategoryType|DataType)(?:Identifier)?|HKWorkoutActivityType")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+|[a-z]+")
_MOLAR_MASS = re.compile(r"<[\d.]{1,30}>")
_UNITS = {
    "count": "{count}",
    "mL/min·kg": "mL/kg/min",
    "degC": "Cel",
    "degF": "[degF]",
    "Cal": "kcal",
    "count/min": "/min",
    "mmHg": "mm[Hg]",
}


def metric(identifier: str) -> Metric:
    """What a type is; one that is not known here is told day by day, with what was recorded."""
    known = _KNOWN.get(identifier)
    if known is not None:
        return known
    kind: Kind = "sum" if identifier.startswith("HKQuantityTypeIdentifierDietary") else "mean"
    return Metric(words(identifier), kind)


def is_known(identifier: str) -> bool:
    return identifier in _KNOWN or identifier.startswith("HKQuantityTypeIdentifierDietary")


def words(identifier: str) -> str:
    """`HKWorkoutActivityTypeHighIntensityIntervalTraining` as "High intensity interval training"."""
    parts = _WORDS.findall(_IDENTIFIER.sub("", identifier, count=1)[:100])
    said = " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in parts)
    return (said[:1].upper() + said[1:]) or "Not named"


def ucum(unit: str, identifier: str) -> str:
    """The unit as the rest of the program spells it; a count of steps is told from any other count."""
    if unit == "count" and identifier.endswith("StepCount"):
        return "{steps}"
    if unit == "count" and identifier.endswith("BodyMassIndex"):
        return "kg/m2"
    # Apple names what a mole of it weighs: `mmol<180.1558800000541>/L`.
    return _UNITS.get(unit) or _MOLAR_MASS.sub("", unit)


def scale(unit: str) -> float:
    """What to multiply a value by: Apple writes 97 % as `0.97` with the unit `%`."""
    return 100.0 if unit == "%" else 1.0
