"""The scores and categories that can be asked for, and the words that ask for them."""

from __future__ import annotations

import re

from agents.question import RiskScore
from agents.understanding.slots import Slots

_SUM = r"(?:estimate|calculate|compute|work out|figure out|recalculate|derive)"

WORDS: tuple[tuple[RiskScore, str], ...] = (
    (
        "cha2ds2_vasc",
        (
            r"\bcha2?ds2?\b|chads|stroke (?:risk|score).*(?:afib|a-fib|atrial fib|\baf\b)|(?:afib|"
            r"a-fib|atrial fib\w*).*stroke"
        ),
    ),
    (
        "heart_risk",
        (
            r"(?:heart|cardiovascular|cardiac|cvd|cv|ascvd|stroke|vascular)(?: attack| disease|"
            r" health)?(?: or stroke)? risk"
            r"|(?:risk|chances?|odds|likelihood|probability)(?: score)?(?: of| for)(?: me)?(?: having|"
            r" getting| developing| suffering)?"
            r"(?: an?| my)?(?: future)? (?:heart|stroke|cardio|cardiac|cvd)"
            r"|(?:10|ten|30|thirty)[ -]?(?:year|yr).*(?:risk|heart|score|stroke|chance)|"
            r"prevent (?:score|risk|equation)|framingham"
            r"|how likely.*(?:heart|stroke|cardio)|riesgo (?:cardiovascular|cardiaco|del corazon)|\bheart age\b"
            r"|risk of cardio\w+|at risk (?:for|of) (?:a )?(?:heart|stroke|cardio)"
            r"|(?:could|will|might|would|can|am) i .*\b(?:get|have|having|suffer|"
            r"going to have) an? (?:heart attack|stroke)\b|^what is my risk$"
        ),
    ),
    ("estimated_average_glucose", r"\beag\b|estimated average (?:glucose|sugar|blood)"),
    (
        "estimated_average_glucose",
        (
            r"\b(?:hb|hemoglobin |haemoglobin |my )?a1c\b.*\b(?:equals?|correspond\w*|translat\w*|amount|work out|"
            r"means?|"
            r"convert\w*|turn\w*|goes?|stand|give|come|match\w*|into|in|as|to|like)\b.*"
            r"\b(?:average|mean|daily|everyday|day[- ]to[- ]day|usual) (?:blood )?(?:sugar|glucose)\b"
            r"|\b(?:average|mean|daily|everyday|day[- ]to[- ]day|usual) (?:blood )?(?:sugar|glucose)(?: level)?\b.*"
            r"\b(?:equals?|correspond\w*|translat\w*|goes?|belong\w*|match\w*|fits?|would|from|of|for|behind|to)\b.*\ba1c\b"
            r"|\b(?:average|mean) (?:sugar|glucose|blood sugar)\b.*\bhba1c\b|\bhba1c\b.*\baverage (?:sugar|glucose)\b"
        ),
    ),
    (
        "estimated_average_glucose",
        (
            r"^(?=.*\b(?:average|mean|daily) (?:blood )?(?:sugar|glucose)\b)(?=.*\ba1c\b)(?!.*\b(?:compare|vs)\b)"
            r"|\ba1c as an? (?:average )?(?:blood )?(?:sugar|glucose)"
        ),
    ),
    ("non_hdl", r"\bnon[ -]?hdl\b|cholesterol (?:minus|less|without|excluding) (?:the |my )?hdl"),
    ("ldl_estimate", rf"{_SUM}.*\bldl\b|friedewald|sampson|\bldl\b.*\b(?:estimated|calculated)\b"),
    (
        "blood_pressure_category",
        (
            r"(?:categor\w+|stage|class|classif\w+|bracket|grade)\b.*\b(?:blood pressure|bp|hypertension)"
            r"|\b(?:blood pressure|bp|hypertension)\b.*\b(?:categor\w+|stage|class|classif\w+|bracket|grade)\b"
            r"|\b(?:bp|blood pressure|cuff)\b.*\b(?:normal, elevated|normal or (?:high|elevated)|elevated or (?:high|"
            r"normal)|"
            r"(?:hypertension|hypertensive|normal|elevated) (?:range|zone|territory))"
            r"|\b(?:bp|blood pressure)\b.*\bnormal\b.*\belevated\b"
            r"|(?:which|what) (?:bp|blood pressure) (?:range|group|level|zone|type)\b"
            r"|(?:which|what) (?:range|group|zone)\b.*\b(?:bp|blood pressure)\b"
            r"|(?:fall|falls|put|land|lands)\b.*\b(?:blood pressure|bp)\b.*\b(?:categor|stage)"
            r"|(?:count|counts|counted|classed|classified|considered|qualify) as (?:high|normal|elevated|"
            r"hypertension).*\b(?:bp|blood pressure)"
            r"|\b(?:bp|blood pressure)\b.*(?:count|counts|classed|classified|considered|qualify) as"
        ),
    ),
    (
        "diabetes_category",
        (
            r"\bam i (?:a |now |already |still |officially |borderline |nearly |becoming |in the )*(?:pre-?)?diabet\w+"
            r"|(?:pre-?)?diabet\w+ (?:range|categor\w+|risk|territory|zone|bracket)|"
            r"borderline diabet\w+|(?:a1c|sugar|glucose)\b.*categor\w+"
            r"|categor\w+.*\b(?:a1c|sugar|glucose)\b|(?:close|near) to (?:being )?diabet\w+|in the (?:pre-?)?diabet\w+"
            r"|(?:risk|chances?) (?:of|for) (?:getting |developing )?diabetes"
        ),
    ),
    (
        "kidney_stage",
        (
            r"\bstages?\b.*\b(?:kidneys?|ckd|renal)\b|\b(?:kidneys?|ckd|renal)\b.*\bstages?\b|"
            r"how (?:bad|advanced|severe|far along) is my (?:ckd|kidney disease)"
        ),
    ),
    (
        "egfr",
        (
            r"how (?:well|good|much) (?:do|does|are|is) my kidneys? (?:filter|clean|work)\w*\b.*\b(?:from|by|on|"
            r"creatinine)\b|"
            r"kidney (?:filtration|filtering)(?: rate)?\b|"
            rf"{_SUM}.*\b(?:e?gfr|kidney function|filtration|kidneys)\b|\b(?:e?gfr|"
            rf"kidney function)\b.*(?:\bfrom my\b|calculat\w+|estimat\w+)"
        ),
    ),
    (
        "bmi",
        (
            r"\bbmi\b.*\b(?:class|categor\w+|obese|over-?weight|under-?weight|range)\b|"
            r"\bbmi (?:categor\w+|class|range|group|bracket)|categor\w+.*\bbmi\b|"
            r"\bam i (?:technically |considered |officially |now |clinically )*(?:over-?weight|obese|"
            r"under-?weight|fat|too heavy|too thin)"
            rf"|{_SUM}(?!.*\b(?:average|mean|trend|change)\b).*\b(?:bmi|body mass)\b|weight categor\w+|"
            rf"(?:healthy|normal|right|"
            rf"ideal) weight for|is my weight (?:healthy|ok|okay|normal|fine)"
            r"|(?:by|going by|according to) (?:my )?(?:bmi|body[- ]mass index)|weight class|(?:bmi|body[- ]mass) class"
            r"|\bdo i (?:count|qualify) as (?:over-?weight|obese|under-?weight)|\bbody mass index categor\w+"
            r"|(?:over-?weight|obese|under-?weight) or (?:normal|not|obese|healthy)"
        ),
    ),
    ("fib4", r"\bfib[ -]?4\b|fibrosis|liver scarring"),
    ("homa_ir", r"\bhoma\b|insulin[ -]resistan\w+"),
    ("meld", r"\bmeld\b"),
    ("anion_gap", r"\banion gap\b"),
    (
        "corrected_calcium",
        r"(?:corrected|adjusted) (?:for albumin )?calcium|calcium (?:corrected|adjusted)|correct my calcium",
    ),
    ("mean_arterial_pressure", r"mean arterial|(?-i:\bmy map\b)|average arterial"),
    (
        "anaemia_pattern",
        (
            r"\bam i (?:a bit |slightly |still )?an(?:a)?emic|(?:kind|type|sort|pattern|"
            r"cause) of an(?:a)?emia|an(?:a)?emia (?:pattern|type|workup)"
            r"|(?:short of|low on|lacking|deficient in) iron|iron defici\w+ (?:pattern|likely)|am i iron deficient"
        ),
    ),
    (
        "thyroid_pattern",
        (
            r"thyroid pattern|(?:is my thyroid|do i have an?|am i) (?:an )?(?:under|"
            r"over)[ -]?active(?: thyroid)?|am i (?:hypo|hyper)thyroid"
            r"|thyroid (?:under|over)[ -]?active|(?:under|over)active or"
        ),
    ),
)

PLAIN_CONCEPTS: dict[RiskScore, tuple[str, ...]] = {
    "blood_pressure_category": ("systolic", "diastolic"),
    "diabetes_category": ("a1c", "glucose"),
    "kidney_stage": ("egfr", "creatinine", "uacr"),
    "egfr": ("egfr", "creatinine"),
    "estimated_average_glucose": ("a1c",),
    "non_hdl": ("non_hdl", "total_cholesterol", "hdl"),
    "ldl_estimate": ("ldl", "total_cholesterol", "hdl", "triglycerides"),
    "bmi": ("bmi", "weight", "height"),
    "fib4": ("ast", "alt", "platelets"),
    "homa_ir": ("insulin", "glucose"),
    "meld": ("bilirubin", "creatinine", "inr", "sodium", "albumin"),
    "anion_gap": ("sodium", "chloride", "co2"),
    "corrected_calcium": ("calcium", "albumin"),
    "mean_arterial_pressure": ("systolic", "diastolic"),
    "anaemia_pattern": ("hemoglobin", "mcv", "ferritin"),
    "thyroid_pattern": ("tsh", "ft4"),
    "heart_risk": ("total_cholesterol", "hdl", "systolic", "egfr"),
    "cha2ds2_vasc": (),
}
"""What each score is about, where the question does not name a test itself."""

NAMES: dict[RiskScore, str] = {
    "heart_risk": "10-year heart risk",
    "blood_pressure_category": "blood pressure category",
    "diabetes_category": "diabetes category",
    "kidney_stage": "kidney disease stage",
    "egfr": "estimated kidney function (eGFR)",
    "estimated_average_glucose": "estimated average glucose from HbA1c",
    "non_hdl": "non-HDL cholesterol",
    "ldl_estimate": "estimated LDL",
    "bmi": "BMI category",
    "fib4": "FIB-4",
    "homa_ir": "HOMA-IR",
    "cha2ds2_vasc": "CHA2DS2-VASc score",
    "meld": "MELD score",
    "anion_gap": "anion gap",
    "corrected_calcium": "corrected calcium",
    "mean_arterial_pressure": "mean arterial pressure",
    "anaemia_pattern": "anaemia pattern",
    "thyroid_pattern": "thyroid pattern",
}

_COMPILED = tuple((score, re.compile(pattern)) for score, pattern in WORDS)


def score_asked(slots: Slots) -> RiskScore | None:
    """Which score the question asks for, if any."""
    return next((score for score, pattern in _COMPILED if pattern.search(slots.text)), None)
