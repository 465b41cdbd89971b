"""What is measured of the demo patient at a moment: levels that follow her illnesses and medicines, and their noise.

Within-person variation is of the size that laboratories find (EFLM Biological Variation Database, 2024). What depends
on one another is computed, not drawn: creatinine and eGFR (CKD-EPI 2021), LDL from its panel (Friedewald 1972, as the
demo's laboratory does), red cell indices, chloride with the anion gap, and how much water was drunk before the draw.
"""

from __future__ import annotations

from random import Random

from healthchat.records.demo.course import Course, level

HEIGHT_CM = 162.0
AGE_AT_END = 62.4

# Statin from 9.1 years ago, doubled 5 years ago, run out of between 2.62 and 2.2 years ago.
LDL: Course = (
    (10.0, 163), (9.1, 168), (8.85, 106), (7.0, 101), (5.02, 108), (4.8, 82), (2.65, 85), (2.5, 139), (2.2, 151),
    (2.0, 86), (0.0, 79),
)  # fmt: skip
# Metformin from 7.35 years ago, doubled 6 years ago, semaglutide from 1.9 years ago.
A1C: Course = (
    (10.0, 5.9), (8.5, 6.3), (7.4, 7.9), (7.0, 6.9), (6.1, 7.2), (5.7, 6.7), (4.0, 7.1), (2.8, 7.6), (1.92, 8.3),
    (1.5, 7.2), (1.1, 6.7), (0.5, 6.5), (0.0, 6.6),
)  # fmt: skip
WEIGHT: Course = (
    (10.0, 86.5),
    (7.5, 90.5),
    (6.5, 88.6),
    (4.0, 90.4),
    (1.9, 92.2),
    (1.3, 86.4),
    (0.7, 82.8),
    (0.0, 81.6),
)
EGFR: Course = ((10.0, 84), (7.4, 78), (5.5, 70), (4.0, 62), (3.1, 55), (2.0, 53), (0.0, 51))
UACR: Course = ((10.0, 11), (7.4, 19), (5.5, 34), (4.05, 71), (3.4, 48), (1.9, 55), (0.8, 36), (0.0, 33))
# Hydrochlorothiazide until 5.3 years ago, amlodipine from 6 years ago, the higher dose of losartan from 4 years ago.
SYSTOLIC: Course = (
    (10.0, 144), (9.05, 145), (8.8, 133), (7.0, 137), (6.05, 146), (5.8, 132), (5.3, 131), (5.0, 138), (4.02, 143),
    (3.7, 133), (2.0, 136), (1.2, 129), (0.0, 131),
)  # fmt: skip
SODIUM: Course = ((9.1, 140), (8.8, 137.5), (6.0, 136.5), (5.4, 133.6), (5.3, 133.6), (5.1, 139), (0.0, 139.5))
POTASSIUM: Course = ((10.0, 4.3), (9.0, 4.2), (8.7, 3.9), (5.4, 3.8), (5.0, 4.3), (4.0, 4.4), (3.6, 4.7), (0.0, 4.75))
# Iron was lost slowly, taken for nine months from 4.55 years ago.
HEMOGLOBIN: Course = (
    (10.0, 13.4),
    (6.0, 13.0),
    (5.2, 12.1),
    (4.6, 10.6),
    (4.3, 11.6),
    (3.8, 13.0),
    (2.0, 12.6),
    (0.0, 12.0),
)
MCV: Course = ((10.0, 89), (6.0, 88), (5.2, 83), (4.6, 76), (4.3, 80), (3.8, 88), (0.0, 91))
FERRITIN: Course = ((10.0, 46), (6.0, 24), (4.6, 8), (4.3, 27), (3.8, 61), (2.0, 55), (0.0, 49))
TSH: Course = ((10.0, 2.1), (6.0, 2.9), (5.0, 4.1), (4.32, 6.9), (4.1, 3.0), (3.5, 1.9), (1.3, 2.2), (0.0, 2.6))
VITAMIN_D: Course = ((6.0, 17), (5.45, 16), (5.0, 33), (2.0, 36), (0.0, 34))
B12: Course = ((8.0, 455), (5.0, 330), (3.0, 262), (1.25, 214), (0.9, 520), (0.0, 610))
ALT: Course = ((10.0, 20), (7.0, 25), (3.0, 31), (1.9, 38), (1.0, 23), (0.0, 19))


def panel(name: str, ago: float, random: Random) -> dict[str, float]:
    """The values of one panel drawn `ago` years before the end, not yet rounded."""
    return {
        "metabolic": _metabolic,
        "lipids": _lipids,
        "blood_count": _blood_count,
        "sugar": _sugar,
        "urine": _urine,
        "thyroid": _thyroid,
        "iron": _iron,
        "vitamin_d": _vitamin_d,
        "vitamin_b12": _vitamin_b12,
    }[name](ago, random)


def vitals(ago: float, random: Random, *, at_home: bool = False) -> dict[str, float]:
    """Blood pressure and the rest of a visit; at home without the rise that the visit itself brings."""
    strain = 0.0 if at_home else 5.0
    systolic = level(SYSTOLIC, ago) - 5 + strain + random.gauss(0, 6.0)
    weight = level(WEIGHT, ago) + random.gauss(0, 0.5)
    return {
        "systolic": systolic,
        "diastolic": 46 + 0.25 * systolic + random.gauss(0, 3.2),
        "heart_rate": 74 + (4 if ago < 1.8 else 0) + random.gauss(0, 5),
        "weight": weight,
        "bmi": round(weight, 1) / (HEIGHT_CM / 100) ** 2,
        "temperature": 36.7 + random.gauss(0, 0.18),
        "respiratory_rate": 15 + random.gauss(0, 1.2),
        "oxygen_saturation": min(99.0, 97.4 + random.gauss(0, 0.8)),
    }


def creatinine_for(egfr: float, *, age: float) -> float:
    """Serum creatinine in mg/dL at which a woman's CKD-EPI 2021 eGFR is `egfr`, above 0.7 mg/dL (Inker 2021)."""
    return 0.7 * float((142 * 1.012 * 0.9938**age / egfr) ** (1 / 1.2))


def egfr_for(creatinine: float, *, age: float) -> float:
    """CKD-EPI 2021 of a woman, in mL/min/1.73 m² (Inker 2021)."""
    ratio = creatinine / 0.7
    return float(142 * min(ratio, 1) ** -0.241 * max(ratio, 1) ** -1.2 * 0.9938**age * 1.012)


def _metabolic(ago: float, random: Random) -> dict[str, float]:
    age = AGE_AT_END - ago
    thirst = random.gauss(0, 1.0)
    creatinine = round(creatinine_for(level(EGFR, ago), age=age) * (1 + 0.045 * random.gauss(0, 1) + 0.01 * thirst), 2)
    sodium = round(level(SODIUM, ago) + 0.5 * thirst + random.gauss(0, 1.0))
    carbon_dioxide = round(26 - (0.8 if ago < 3 else 0) + random.gauss(0, 1.4))
    protein = round(7.1 * (1 + 0.012 * thirst + random.gauss(0, 0.015)), 1)
    albumin = round(4.3 * (1 + 0.012 * thirst + random.gauss(0, 0.015)), 1)
    alt = level(ALT, ago) * (1 + random.gauss(0, 0.13))
    fasting = 28.7 * level(A1C, ago) - 46.7 - (28 if ago < 7.4 else 24)
    return {
        "glucose": fasting * (1 + random.gauss(0, 0.06)),
        "bun": 6 + 11.5 * creatinine + 1.2 * thirst + random.gauss(0, 1.8),
        "creatinine": creatinine,
        "egfr": egfr_for(creatinine, age=age),
        "sodium": sodium,
        "potassium": level(POTASSIUM, ago) + random.gauss(0, 0.16),
        "chloride": sodium - carbon_dioxide - round(10.5 + random.gauss(0, 1.2)),
        "co2": carbon_dioxide,
        "calcium": 9.5 + 0.8 * (albumin - 4.3) + random.gauss(0, 0.15),
        "protein": protein,
        "albumin": albumin,
        "globulin": protein - albumin,
        "bilirubin": max(0.3, 0.6 + random.gauss(0, 0.12)),
        "alp": 78 + random.gauss(0, 5),
        "ast": 9 + 0.52 * alt + random.gauss(0, 2),
        "alt": alt,
    }


def _lipids(ago: float, random: Random) -> dict[str, float]:
    statin = ago < 9.1 and not 2.2 < ago < 2.62
    sugar = level(A1C, ago)
    triglycerides = round((128 + 24 * (sugar - 6) + (0 if statin else 28)) * (1 + random.gauss(0, 0.15)))
    hdl = round(47 + (2 if ago < 1.2 else 0) + random.gauss(0, 2.2))
    ldl = level(LDL, ago) * (1 + random.gauss(0, 0.055))
    cholesterol = round(ldl + hdl + triglycerides / 5)
    return {
        "cholesterol": cholesterol,
        "hdl": hdl,
        "triglycerides": triglycerides,
        "ldl": cholesterol - hdl - triglycerides / 5,
        "non_hdl": cholesterol - hdl,
    }


def _blood_count(ago: float, random: Random) -> dict[str, float]:
    thirst = random.gauss(0, 1.0)
    hemoglobin = round(level(HEMOGLOBIN, ago) * (1 + 0.012 * thirst + random.gauss(0, 0.012)), 1)
    mcv = round(level(MCV, ago) + random.gauss(0, 0.7), 1)
    mchc = 33.3 - (1.4 if mcv < 80 else 0) + random.gauss(0, 0.3)
    hematocrit = round(hemoglobin / mchc * 100, 1)
    rbc = round(hematocrit / mcv * 10, 2)
    return {
        "wbc": 6.9 + random.gauss(0, 0.7),
        "rbc": rbc,
        "hemoglobin": hemoglobin,
        "hematocrit": hematocrit,
        "mcv": mcv,
        "mch": hemoglobin / rbc * 10,
        "mchc": hemoglobin / hematocrit * 100,
        "rdw": 13.1 + max(0.0, 86 - mcv) * 0.32 + random.gauss(0, 0.25),
        "platelets": 255 + max(0.0, 84 - mcv) * 9 + random.gauss(0, 16),
    }


def _sugar(ago: float, random: Random) -> dict[str, float]:
    return {"a1c": level(A1C, ago) + random.gauss(0, 0.1)}


def _urine(ago: float, random: Random) -> dict[str, float]:
    concentration = round(max(35.0, 96 + random.gauss(0, 32)))
    albumin = round(level(UACR, ago) * (1 + random.gauss(0, 0.2)) * concentration / 1000, 1)
    return {"urine_albumin": albumin, "urine_creatinine": concentration, "uacr": albumin / concentration * 1000}


def _thyroid(ago: float, random: Random) -> dict[str, float]:
    tsh = level(TSH, ago) * (1 + random.gauss(0, 0.12))
    return {"tsh": tsh, "ft4": 1.35 - 0.05 * tsh + random.gauss(0, 0.06)}


def _iron(ago: float, random: Random) -> dict[str, float]:
    ferritin = level(FERRITIN, ago) * (1 + random.gauss(0, 0.1))
    iron = 24 + 45 * min(1.0, ferritin / 45) + random.gauss(0, 7)
    return {"ferritin": ferritin, "iron": iron, "tsat": iron / (430 - 2.2 * min(ferritin, 60)) * 100}


def _vitamin_d(ago: float, random: Random) -> dict[str, float]:
    return {"vitamin_d": level(VITAMIN_D, ago) * (1 + random.gauss(0, 0.06))}


def _vitamin_b12(ago: float, random: Random) -> dict[str, float]:
    return {"b12": level(B12, ago) * (1 + random.gauss(0, 0.06))}
