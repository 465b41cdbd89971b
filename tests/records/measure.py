"""Import very large files and print how fast, and in how much memory: `python tests/records/measure.py`.

Makes an Apple Health export of 1 GB and a FHIR bundle of 300 MB in a folder of its own, imports each by the command in
a process of its own, and deletes all of it. `--apple MB` and `--fhir MB` make them of another size.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
MEGABYTE = 1_000_000
ZONE = timezone(timedelta(hours=1))
FIRST = datetime(2019, 1, 1, tzinfo=ZONE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apple", type=int, default=1000, metavar="MB")
    parser.add_argument("--fhir", type=int, default=300, metavar="MB")
    sizes = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="healthchat-measure-") as folder:
        environment = os.environ | {"HEALTHCHAT_DATA": folder}
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True)
        make = "from django.contrib.auth.models import User; User.objects.create_user('measure')"
        subprocess.run([*manage, "shell", "--verbosity", "0", "-c", make], env=environment, check=True)
        for name, size, make_file in (("export.xml", sizes.apple, apple), ("bundle.json", sizes.fhir, fhir)):
            if size:
                path = Path(folder) / name
                written = make_file(path, size * MEGABYTE)
                importing = [*manage, "import_records", str(path), "--user", "measure", "--patient", name]
                report(name, path.stat().st_size, written, *measured(importing, environment))
                path.unlink()


def measured(command: list[str], environment: dict[str, str]) -> tuple[float, int, str]:
    """Seconds, the highest resident memory in kB, and what was printed."""
    # Python itself, with the size of this process, would otherwise count as the child's.
    wrapped = [sys.executable, "-c", _WRAPPER, *command]
    began = time.monotonic()
    done = subprocess.run(wrapped, env=environment, check=True, capture_output=True, text=True)
    took = time.monotonic() - began
    *printed, peak = done.stdout.splitlines()
    return took, int(peak), printed[0] if printed else ""


_WRAPPER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def report(name: str, size: int, written: int, seconds: float, kilobytes: int, printed: str) -> None:
    sys.stdout.write(
        f"{name}: {size / MEGABYTE:,.0f} MB, {written:,} entries in {seconds:.0f} s "
        f"({written / seconds:,.0f} entries/s, {size / MEGABYTE / seconds:.0f} MB/s), peak {kilobytes / 1024:.0f} MB\n"
        f"  {printed}\n"
    )


def apple(path: Path, size: int) -> int:
    """An export of several years: a watch and a phone that count, a heart every few minutes, nights, weights."""
    chance = random.Random(7)  # noqa: S311 - no secret
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<HealthData locale="en_US">\n')
        file.write(' <Me HKCharacteristicTypeIdentifierDateOfBirth="1979-06-02"/>\n')
        day = 0
        while file.tell() < size:
            for line in _day(FIRST + timedelta(days=day), chance):
                file.write(line)
                count += 1
            day += 1
        file.write("</HealthData>\n")
    return count


def _day(day: datetime, chance: random.Random) -> Iterator[str]:
    for minute in range(7 * 60, 23 * 60, 5):
        for source in ("Sam’s Apple Watch", "Sam’s iPhone"):
            for kind, unit in (
                ("StepCount", "count"),
                ("DistanceWalkingRunning", "km"),
                ("ActiveEnergyBurned", "kcal"),
            ):
                yield _record(f"QuantityTypeIdentifier{kind}", day, minute, 5, chance.randint(1, 90), unit, source)
        yield _record("QuantityTypeIdentifierHeartRate", day, minute, 0, chance.randint(55, 120), "count/min")
        yield _record("QuantityTypeIdentifierBasalEnergyBurned", day, minute, 5, chance.random() * 9, "kcal")
    for minute in range(0, 7 * 60, 30):
        yield _record("CategoryTypeIdentifierSleepAnalysis", day, minute, 30, "HKCategoryValueSleepAnalysisAsleepCore")
        yield _record("QuantityTypeIdentifierOxygenSaturation", day, minute, 0, 0.97, "%")
    yield _record("QuantityTypeIdentifierBodyMass", day, 420, 0, 70 + chance.random(), "kg", "Scale")


def _record(
    kind: str, day: datetime, minute: int, length: int, value: object, unit: str = "", source: str = "Sam’s Apple Watch"
) -> str:
    start, end = day + timedelta(minutes=minute), day + timedelta(minutes=minute + length)
    device = "&lt;&lt;HKDevice: 0x282a45810&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch&gt;"
    return (
        f' <Record type="HK{kind}" sourceName="{source}" sourceVersion="11.2" device="{device}" unit="{unit}" '
        f'creationDate="{end:%Y-%m-%d %H:%M:%S %z}" startDate="{start:%Y-%m-%d %H:%M:%S %z}" '
        f'endDate="{end:%Y-%m-%d %H:%M:%S %z}" value="{value}"/>\n'
    )


def fhir(path: Path, size: int) -> int:
    """A bundle as a hospital writes it: results, orders of medicines, visits, and claims, which are not taken."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"resourceType": "Bundle", "type": "collection", "entry": [')
        file.write(json.dumps({"resource": {"resourceType": "Patient", "id": "p1", "birthDate": "1979-06-02"}}))
        while file.tell() < size:
            count += 1
            file.write("," + json.dumps({"fullUrl": f"urn:uuid:{count}", "resource": _resource(count)}))
        file.write("]}")
    return count


def _resource(number: int) -> dict[str, Any]:
    subject = {"reference": "Patient/p1"}
    when = (FIRST + timedelta(hours=number)).isoformat()
    own = {"id": f"{number:08x}-0000-4000-8000-000000000000", "subject": subject, "text": {"div": "<div>x</div>" * 20}}
    match number % 10:
        case 0 | 1 | 2 | 3 | 4:
            coding = {"system": "http://loinc.org", "code": "13457-7", "display": "LDL Cholesterol Calc"}
            value = {"value": 80 + number % 90, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}
            return own | {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [coding]},
                "effectiveDateTime": when,
                "valueQuantity": value,
                "referenceRange": [{"text": "0-99", "low": {"value": 0}, "high": {"value": 99}}],
            }
        case 5:
            return own | {
                "resourceType": "MedicationRequest",
                "status": "completed",
                "authoredOn": when,
                "medicationReference": {"reference": "Medication/m1", "display": "Metformin 500 MG"},
                "dosageInstruction": [{"text": "twice a day"}],
            }
        case 6:
            return own | {"resourceType": "Encounter", "class": {"code": "AMB"}, "period": {"start": when}}
        case _:
            return own | {
                "resourceType": "Claim",
                "item": [{"sequence": place, "net": {"value": 1}} for place in range(60)],
            }


if __name__ == "__main__":
    main()
