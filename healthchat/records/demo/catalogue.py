"""What the demo's laboratory measures, and how its reports print it.

LOINC codes and UCUM units as of LOINC 2.77 (2024). The ranges are those of the demo's own laboratory: inside what US
laboratories print, and not the same everywhere as general adult ranges.
"""

from __future__ import annotations

from typing import NamedTuple


class Test(NamedTuple):
    loinc: str
    name: str
    unit: str
    """As printed; UCUM, unless `UCUM` has another code for it."""
    decimals: int
    low: float | None = None
    high: float | None = None
    words: str | None = None
    """The range where it is printed in words."""


UCUM = {"mIU/L": "m[IU]/L"}
"""Units whose UCUM code is not what laboratories print."""

METABOLIC = {
    "glucose": Test("2345-7", "Glucose", "mg/dL", 0, 65, 99),
    "bun": Test("3094-0", "Urea Nitrogen (BUN)", "mg/dL", 0, 7, 25),
    "creatinine": Test("2160-0", "Creatinine", "mg/dL", 2, 0.50, 1.05),
    "egfr": Test("98979-8", "eGFR (CKD-EPI 2021)", "mL/min/{1.73_m2}", 0, 60, None, "> OR = 60"),
    "sodium": Test("2951-2", "Sodium", "mmol/L", 0, 135, 146),
    "potassium": Test("2823-3", "Potassium", "mmol/L", 1, 3.5, 5.0),
    "chloride": Test("2075-0", "Chloride", "mmol/L", 0, 98, 110),
    "co2": Test("2028-9", "Carbon Dioxide", "mmol/L", 0, 20, 32),
    "calcium": Test("17861-6", "Calcium", "mg/dL", 1, 8.6, 10.4),
    "protein": Test("2885-2", "Protein, Total", "g/dL", 1, 6.1, 8.1),
    "albumin": Test("1751-7", "Albumin", "g/dL", 1, 3.6, 5.1),
    "globulin": Test("10834-0", "Globulin, calculated", "g/dL", 1, 1.9, 3.7),
    "bilirubin": Test("1975-2", "Bilirubin, Total", "mg/dL", 1, 0.2, 1.2),
    "alp": Test("6768-6", "Alkaline Phosphatase", "U/L", 0, 37, 153),
    "ast": Test("1920-8", "AST", "U/L", 0, 10, 35),
    "alt": Test("1742-6", "ALT", "U/L", 0, 6, 29),
}
LIPIDS = {
    "cholesterol": Test("2093-3", "Cholesterol, Total", "mg/dL", 0, None, 199, "<200"),
    "hdl": Test("2085-9", "HDL Cholesterol", "mg/dL", 0, 50, None, "> OR = 50"),
    "triglycerides": Test("2571-8", "Triglycerides", "mg/dL", 0, None, 149, "<150"),
    "ldl": Test("13457-7", "LDL Cholesterol, calculated", "mg/dL", 0, None, 99, "<100"),
    "non_hdl": Test("43396-1", "Non-HDL Cholesterol", "mg/dL", 0, None, 129, "<130"),
}
BLOOD_COUNT = {
    "wbc": Test("6690-2", "White Blood Cell Count", "10*3/uL", 1, 3.8, 10.8),
    "rbc": Test("789-8", "Red Blood Cell Count", "10*6/uL", 2, 3.80, 5.10),
    "hemoglobin": Test("718-7", "Hemoglobin", "g/dL", 1, 11.7, 15.5),
    "hematocrit": Test("4544-3", "Hematocrit", "%", 1, 35.0, 45.0),
    "mcv": Test("787-2", "MCV", "fL", 1, 80.0, 100.0),
    "mch": Test("785-6", "MCH", "pg", 1, 27.0, 33.0),
    "mchc": Test("786-4", "MCHC", "g/dL", 1, 32.0, 36.0),
    "rdw": Test("788-0", "RDW", "%", 1, 11.0, 15.0),
    "platelets": Test("777-3", "Platelet Count", "10*3/uL", 0, 140, 400),
}
SUGAR = {"a1c": Test("4548-4", "Hemoglobin A1c", "%", 1, None, 5.6, "<5.7")}
URINE = {
    "urine_albumin": Test("14957-5", "Albumin, Urine", "mg/dL", 1),
    "urine_creatinine": Test("2161-8", "Creatinine, Random Urine", "mg/dL", 0, 20, 275),
    "uacr": Test("9318-7", "Albumin/Creatinine Ratio, Random Urine", "mg/g", 0, None, 29, "<30"),
}
THYROID = {
    "tsh": Test("3016-3", "TSH", "mIU/L", 2, 0.40, 4.50),
    "ft4": Test("3024-7", "T4, Free", "ng/dL", 1, 0.8, 1.8),
}
IRON = {
    "ferritin": Test("2276-4", "Ferritin", "ng/mL", 0, 16, 288),
    "iron": Test("2498-4", "Iron, Total", "ug/dL", 0, 45, 160),
    "tsat": Test("2502-3", "Iron % Saturation", "%", 0, 16, 45),
}
VITAMIN_D = {"vitamin_d": Test("1989-3", "Vitamin D, 25-OH, Total", "ng/mL", 0, 30, 100)}
VITAMIN_B12 = {"b12": Test("2132-9", "Vitamin B12", "pg/mL", 0, 200, 1100)}
HEART = {
    "troponin": Test("89579-7", "Troponin I, High Sensitivity", "ng/L", 0, None, 14, "<15"),
    "ntprobnp": Test("33762-6", "NT-proBNP", "pg/mL", 0, None, 124, "<125"),
}
INFLAMMATION = {"crp": Test("1988-5", "C-Reactive Protein", "mg/L", 1, None, 7.9, "<8.0")}

PANELS: dict[str, tuple[str, str, dict[str, Test]]] = {
    "metabolic": ("24323-8", "Comprehensive Metabolic Panel", METABOLIC),
    "lipids": ("24331-1", "Lipid Panel", LIPIDS),
    "blood_count": ("58410-2", "CBC (complete blood count)", BLOOD_COUNT),
    "sugar": ("4548-4", "Hemoglobin A1c", SUGAR),
    "urine": ("", "Albumin, Random Urine with Creatinine", URINE),
    "thyroid": ("3016-3", "TSH with Free T4", THYROID),
    "iron": ("50190-8", "Iron, Total and Ferritin", IRON),
    "vitamin_d": ("1989-3", "Vitamin D, 25-Hydroxy", VITAMIN_D),
    "vitamin_b12": ("2132-9", "Vitamin B12", VITAMIN_B12),
    "heart": ("89579-7", "Cardiac Markers", HEART),
    "inflammation": ("1988-5", "C-Reactive Protein", INFLAMMATION),
}
"""Panel to its LOINC code, the report's title and its tests."""
