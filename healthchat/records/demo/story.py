"""The demo patient's story: illnesses, medicines, visits and what is deliberately not there. Times are years ago.

Left out or let go stale on purpose, so that "not in your records" can be seen: no bone density, no lipoprotein(a), no
hepatitis B vaccine, no influenza vaccine of the latest season, an eye examination and a mammogram of some years back.

Codes: SNOMED CT (international edition, 2024), RxNorm (2024; the ingredient where a strength is not coded), CVX (2024).
"""

from __future__ import annotations

from typing import NamedTuple

NAME = "Maria Alvarez"


class Problem(NamedTuple):
    snomed: str
    name: str
    onset: float
    end: float | None = None
    written: str = "day"
    """How precisely the onset is recorded."""


class Medicine(NamedTuple):
    rxnorm: str
    name: str
    dosage: str
    start: float
    end: float | None = None
    reason: str = ""
    stated: bool = False
    """Told by the patient, not prescribed."""
    why_stopped: str = ""


class Vaccine(NamedTuple):
    cvx: str
    name: str
    ago: tuple[float, ...]


class Deed(NamedTuple):
    snomed: str | None
    name: str
    ago: tuple[float, ...]


class Visit(NamedTuple):
    ago: float
    snomed: str
    name: str
    kind: str
    reason: str
    hours: float = 0.5


class Letter(NamedTuple):
    ago: float
    loinc: str
    name: str
    type: str
    text: str


HYPERTENSION = "Essential hypertension"
DIABETES = "Type 2 diabetes mellitus"
LIPIDS = "Hyperlipidemia"
THYROID = "Hypothyroidism"
KNEES = "Osteoarthritis of knee"
ANEMIA = "Iron deficiency anemia"

PROBLEMS = (
    Problem("40930008", THYROID, 18.2, written="year"),
    Problem("59621000", HYPERTENSION, 14.1, written="month"),
    Problem("414916001", "Obesity", 12.0, written="year"),
    Problem("55822004", LIPIDS, 9.15),
    Problem("714628002", "Prediabetes", 8.6, 7.4),
    Problem("44054006", DIABETES, 7.4),
    Problem("10509002", "Acute bronchitis", 6.62, 6.57),
    Problem("239873007", KNEES, 6.3),
    Problem("34713006", "Vitamin D deficiency", 5.45),
    Problem("87522002", ANEMIA, 4.6, 3.6),
    Problem("700378005", "Chronic kidney disease stage 3A", 2.9),
    Problem("193570009", "Cataract of right eye", 2.35, 1.95),
    Problem("68566005", "Urinary tract infection", 1.42, 1.38),
)

MEDICINES = (
    Medicine("10582", "Levothyroxine sodium 75 MCG Oral Tablet", "1 tablet before breakfast", 18.1, 4.3, THYROID,
             why_stopped="Dose changed"),
    Medicine("10582", "Levothyroxine sodium 100 MCG Oral Tablet", "1 tablet before breakfast", 4.3,
             reason=THYROID),
    Medicine("314076", "Lisinopril 10 MG Oral Tablet", "1 tablet once daily", 12.4, 8.05, HYPERTENSION,
             why_stopped="Dry cough"),
    Medicine("310798", "Hydrochlorothiazide 25 MG Oral Tablet", "1 tablet once daily in the morning", 9.02, 5.3,
             HYPERTENSION, why_stopped="Low sodium"),
    Medicine("52175", "Losartan potassium 50 MG Oral Tablet", "1 tablet once daily", 8.05, 4.0, HYPERTENSION,
             why_stopped="Dose changed"),
    Medicine("52175", "Losartan potassium 100 MG Oral Tablet", "1 tablet once daily", 4.0, reason=HYPERTENSION),
    Medicine("197361", "Amlodipine 5 MG Oral Tablet", "1 tablet once daily", 6.0, reason=HYPERTENSION),
    Medicine("617310", "Atorvastatin 20 MG Oral Tablet", "1 tablet at bedtime", 9.1, 5.0, LIPIDS,
             why_stopped="Dose changed"),
    Medicine("617311", "Atorvastatin 40 MG Oral Tablet", "1 tablet at bedtime", 5.0, 2.62, LIPIDS,
             why_stopped="Patient stopped: muscle aches"),
    Medicine("617311", "Atorvastatin 40 MG Oral Tablet", "1 tablet at bedtime", 2.2, reason=LIPIDS),
    Medicine("861007", "Metformin hydrochloride 500 MG Oral Tablet", "1 tablet twice daily with meals", 7.35, 6.0,
             DIABETES, why_stopped="Dose changed"),
    Medicine("861004", "Metformin hydrochloride 1000 MG Oral Tablet", "1 tablet twice daily with meals", 6.0,
             reason=DIABETES),
    Medicine("1991302", "Semaglutide 0.5 MG weekly pen injector", "0.5 mg under the skin once a week", 1.9,
             reason=DIABETES),
    Medicine("24947", "Ferrous sulfate 325 MG Oral Tablet", "1 tablet once daily", 4.55, 3.8, ANEMIA,
             why_stopped="Course completed"),
    Medicine("2418", "Cholecalciferol 2000 UNT Oral Capsule", "1 capsule once daily", 5.4,
             reason="Vitamin D deficiency"),
    Medicine("11248", "Vitamin B12 1000 MCG Oral Tablet", "1 tablet once daily", 1.2),
    Medicine("5640", "Ibuprofen 400 MG Oral Tablet", "as needed for knee pain", 6.2, 2.88, KNEES, stated=True,
             why_stopped="Kidney function"),
    Medicine("161", "Acetaminophen 500 MG Oral Tablet", "2 tablets as needed, at most 6 a day", 2.88, reason=KNEES,
             stated=True),
    Medicine("10829", "Trimethoprim", "twice daily for 3 days", 1.42, 1.41, "Urinary tract infection"),
)  # fmt: skip

VACCINES = (
    Vaccine("115", "Tdap", (8.4,)),
    Vaccine("150", "Influenza, injectable, quadrivalent, preservative free", (9.1, 8.12, 7.1, 6.13, 4.11, 3.1, 2.13)),
    Vaccine("140", "Influenza, seasonal, injectable, preservative free", (1.11,)),
    Vaccine("187", "Zoster recombinant", (5.9, 5.55)),
    Vaccine("207", "COVID-19, mRNA, LNP-S, PF, 100 mcg/0.5 mL dose", (5.6, 5.52, 4.95)),
    Vaccine("312", "COVID-19, mRNA, LNP-S, PF, 50 mcg/0.5 mL", (3.05,)),
    Vaccine("216", "Pneumococcal conjugate PCV20", (1.6,)),
)

DEEDS = (
    Deed("73761001", "Colonoscopy", (4.45,)),
    Deed("24623002", "Screening mammography", (9.0, 6.95, 5.0, 2.7)),
    Deed("171149006", "Screening for malignant neoplasm of cervix", (8.9, 3.9)),
    Deed("401191002", "Diabetic foot examination", (7.1, 6.0, 4.9, 3.8, 2.7, 1.6, 0.6)),
    Deed("134395001", "Diabetic retinal screening", (6.8, 5.1, 3.6)),
    Deed("29303009", "Electrocardiographic procedure", (3.2,)),
    Deed("40701008", "Echocardiography", (3.12,)),
    Deed(None, "Corticosteroid injection, left knee", (4.7, 2.45)),
    Deed("54885007", "Extraction of cataract, right eye", (1.95,)),
)

CHECK_UP = ("185349003", "Encounter for check up", "AMB")
FOLLOW_UP = ("390906007", "Follow-up encounter", "AMB")
EMERGENCY = ("50849002", "Emergency room admission", "EMER")
REMOTE = ("448337001", "Telemedicine consultation with patient", "VR")
SURGERY = ("308335008", "Patient encounter procedure", "AMB")

FURTHER_VISITS = (
    Visit(9.02, *FOLLOW_UP, "Blood pressure above goal"),
    Visit(8.05, *FOLLOW_UP, "Dry cough since lisinopril"),
    Visit(7.35, *FOLLOW_UP, "New type 2 diabetes: first medicine"),
    Visit(6.62, *FOLLOW_UP, "Cough and fever: acute bronchitis"),
    Visit(6.3, *FOLLOW_UP, "Pain in both knees"),
    Visit(5.6, *REMOTE, "Review of home readings"),
    Visit(5.28, *FOLLOW_UP, "Low sodium, dizzy: hydrochlorothiazide stopped"),
    Visit(4.55, *FOLLOW_UP, "Tired, low hemoglobin"),
    Visit(4.45, *SURGERY, "Colonoscopy for iron deficiency", 4),
    Visit(3.2, *EMERGENCY, "Chest pain", 7),
    Visit(3.12, *FOLLOW_UP, "After the emergency visit: echocardiography"),
    Visit(2.88, *FOLLOW_UP, "Kidney function: ibuprofen stopped"),
    Visit(2.62, *REMOTE, "Muscle aches, atorvastatin paused"),
    Visit(2.45, *FOLLOW_UP, "Knee injection"),
    Visit(1.95, *SURGERY, "Cataract surgery, right eye", 4),
    Visit(1.42, *REMOTE, "Burning on urination"),
    Visit(0.35, *FOLLOW_UP, "Nephrology: yearly review"),
)

LETTERS = (
    Letter(4.45, "18746-8", "Colonoscopy report", "DiagnosticReport",
           "Complete examination to the cecum. One 4 mm polyp of the sigmoid colon removed; pathology: tubular adenoma "
           "without high-grade dysplasia. No source of bleeding seen. Repeat colonoscopy in 7 years."),
    Letter(6.28, "", "X-ray of both knees", "DiagnosticReport",
           "Moderate narrowing of the medial joint space on both sides with small osteophytes. No fracture."),
    Letter(3.2, "11524-6", "Electrocardiogram", "DiagnosticReport",
           "Sinus rhythm, 82 per minute. No ST elevation or depression. No change from the earlier tracing."),
    Letter(3.12, "42148-7", "Echocardiogram", "DiagnosticReport",
           "Left ventricular ejection fraction 60 percent. Mild diastolic dysfunction. No significant valve disease."),
    Letter(2.7, "24606-6", "Screening mammogram", "DiagnosticReport",
           "Scattered fibroglandular densities. No suspicious finding. BI-RADS 1. Routine screening recommended."),
    Letter(3.19, "34111-5", "Emergency department discharge summary", "DocumentReference",
           "Chest pain on exertion while carrying furniture, reproducible on pressing the chest wall. Two troponins "
           "two hours apart below the limit of detection, electrocardiogram unchanged. Assessment: chest wall pain. "
           "Discharged home. Echocardiography arranged. Return at once if the pain comes back at rest."),
    Letter(0.35, "11488-4", "Nephrology consultation note", "DocumentReference",
           "Chronic kidney disease G3a, A2, stable over two years. Continue losartan. Keep avoiding anti-inflammatory "
           "pain killers. Potassium at the upper limit: repeat with the next blood test."),
    Letter(7.3, "", "Diabetes self management plan", "CarePlan", ""),
)  # fmt: skip

DRAWS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (9.95, ("metabolic", "lipids", "blood_count", "sugar", "thyroid")),
    (9.45, ("metabolic", "lipids")),
    (9.12, ("lipids", "sugar")),
    (8.86, ("metabolic", "lipids")),
    (8.5, ("metabolic", "sugar", "blood_count", "thyroid")),
    (8.0, ("metabolic", "lipids", "vitamin_b12", "urine")),
    (7.45, ("metabolic", "lipids", "blood_count", "sugar", "thyroid", "urine")),
    (7.05, ("metabolic", "sugar")),
    (6.75, ("sugar", "lipids", "urine")),
    (6.42, ("metabolic", "sugar", "blood_count", "thyroid")),
    (6.08, ("metabolic", "lipids", "sugar", "urine", "iron")),
    (5.75, ("metabolic", "sugar", "lipids")),
    (5.46, ("metabolic", "sugar", "blood_count", "vitamin_d", "thyroid", "urine")),
    (5.3, ("metabolic",)),
    (5.03, ("metabolic", "lipids", "sugar", "vitamin_d", "vitamin_b12")),
    (4.78, ("lipids", "sugar", "metabolic")),
    (4.6, ("blood_count", "iron", "inflammation")),
    (4.33, ("metabolic", "sugar", "blood_count", "iron", "thyroid", "urine")),
    (4.06, ("metabolic", "sugar", "lipids", "thyroid", "urine")),
    (3.78, ("blood_count", "iron", "metabolic", "sugar")),
    (3.45, ("metabolic", "sugar", "thyroid", "urine", "lipids")),
    (3.2, ("metabolic", "blood_count", "heart")),
    (3.05, ("metabolic", "sugar", "urine", "vitamin_b12")),
    (2.78, ("metabolic", "sugar", "lipids", "blood_count")),
    (2.5, ("lipids", "sugar", "metabolic", "thyroid")),
    (2.21, ("lipids", "sugar", "metabolic")),
    (1.98, ("lipids", "sugar", "metabolic", "blood_count", "urine", "vitamin_d", "iron")),
    (1.7, ("sugar", "metabolic")),
    (1.43, ("sugar", "metabolic", "lipids", "thyroid")),
    (1.22, ("vitamin_b12", "blood_count", "sugar")),
    (0.92, ("sugar", "metabolic", "lipids", "urine", "vitamin_b12")),
    (0.63, ("sugar", "metabolic", "blood_count")),
    (0.36, ("metabolic", "urine", "vitamin_d")),
    (0.1, ("metabolic", "lipids", "sugar", "blood_count", "urine", "thyroid", "vitamin_b12")),
)
"""Each draw, with the panels ordered."""

SETTLED: dict[tuple[float, str], float] = {
    # The laboratory flags what a general adult range lets pass, and lets pass what such a range flags.
    (0.1, "potassium"): 5.1,
    (0.1, "hemoglobin"): 11.9,
    (7.45, "a1c"): 7.9,
    (5.3, "sodium"): 132,
    (4.6, "ferritin"): 8,
    (4.33, "tsh"): 6.91,
    (4.6, "crp"): 1.1,
    (3.2, "ntprobnp"): 71,
}
"""Values that the story names."""

ONLY_DRAWN = frozenset({5.3, 4.6, 0.36})
"""Draws that another visit had ordered."""

NOT_FASTING = frozenset({3.2, 4.6})

HOME_PRESSURE_SINCE = 2.6
"""Years ago that she began to measure at home: four days of each month, morning and evening."""
HOME_WEIGHT_SINCE = 1.9
"""Years ago that she began to weigh herself weekly, with semaglutide."""
