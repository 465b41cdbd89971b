"""Names that people use for medicines, conditions, vaccines, procedures and visits, beyond those in their own records.

Words for understanding a question, not clinical facts: nothing is concluded from a name standing here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from agents.understanding.wordlist import phrases

Kind = Literal["medicine", "condition", "vaccine", "procedure", "visit", "observation", "unmapped"]

ANTIBIOTICS = phrases(
    """
    amoxicillin, penicillin, antibiotics, antibiotic, augmentin, azithromycin, z-pak, zpack, cephalexin, keflex,
    cefuroxime, ceftriaxone, ciprofloxacin, cipro, clindamycin, doxycycline, erythromycin, clarithromycin,
    levofloxacin, metronidazole, flagyl, nitrofurantoin, bactrim, sulfa, sulfa drugs, trimethoprim, ampicillin
    """
)
"""Asking "can I have" one of these is mostly a question about allergies."""

FOODS = phrases("grapefruit, grapefruit juice, alcohol, wine, beer, milk, dairy, coffee, st john wort, licorice")
"""What people ask about together with their medicines."""

MEDICINES = ANTIBIOTICS | phrases(
    """
    statin, statins, blood thinner, blood thinners, anticoagulant, anticoagulants, beta blocker, beta blockers,
    ace inhibitor, ace inhibitors, water pill, water pills, diuretic, diuretics, antidepressant, antidepressants,
    painkiller, painkillers, nsaid, nsaids, steroid, steroids, inhaler, inhalers, birth control, the pill, blood
    pressure pill, blood pressure pills, blood pressure medicine, blood pressure medication, blood pressure meds,
    blood pressure tablet, blood pressure tablets, bp meds, bp pills, bp medication, bp tablets, cholesterol pill,
    cholesterol pills, cholesterol medicine, cholesterol medication, cholesterol meds, cholesterol tablets,
    diabetes medicine, diabetes medication, diabetes meds, diabetes pills, heart medication, heart meds, heart
    pills, thyroid medication, thyroid medicine, thyroid pills, thyroid meds, sleeping pill, sleeping pills,
    antihistamine, antihistamines, antacid, antacids, ppi, opioid, opioids, iron tablets, iron pills, iron
    supplement, iron supplements, allergy pills, supplements, metformin, glipizide, glimepiride, glyburide,
    gliclazide, sitagliptin, januvia, empagliflozin, jardiance, dapagliflozin, farxiga, ozempic, semaglutide,
    wegovy, liraglutide, victoza, tirzepatide, mounjaro, pioglitazone, humulin, lantus, novolog, humalog,
    glargine, lisinopril, enalapril, ramipril, benazepril, losartan, valsartan, candesartan, telmisartan,
    irbesartan, amlodipine, nifedipine, diltiazem, verapamil, metoprolol, atenolol, bisoprolol, carvedilol,
    propranolol, hydrochlorothiazide, hctz, chlorthalidone, indapamide, furosemide, lasix, spironolactone,
    torsemide, clonidine, hydralazine, digoxin, amiodarone, nitroglycerin, isosorbide, atorvastatin, lipitor,
    simvastatin, rosuvastatin, crestor, pravastatin, lovastatin, ezetimibe, zetia, fenofibrate, gemfibrozil,
    niacin, fish oil, warfarin, coumadin, apixaban, eliquis, rivaroxaban, xarelto, dabigatran, clopidogrel,
    plavix, aspirin, heparin, ibuprofen, advil, motrin, naproxen, aleve, acetaminophen, paracetamol, tylenol,
    diclofenac, celecoxib, meloxicam, tramadol, oxycodone, hydrocodone, morphine, codeine, meperidine, gabapentin,
    pregabalin, omeprazole, pantoprazole, esomeprazole, famotidine, ranitidine, levothyroxine, synthroid,
    methimazole, prednisone, prednisolone, hydrocortisone, dexamethasone, albuterol, salbutamol, ventolin,
    fluticasone, flovent, montelukast, singulair, budesonide, tiotropium, sertraline, zoloft, fluoxetine, prozac,
    citalopram, escitalopram, lexapro, venlafaxine, duloxetine, bupropion, trazodone, mirtazapine, amitriptyline,
    lithium, quetiapine, alprazolam, xanax, lorazepam, clonazepam, diazepam, zolpidem, melatonin, adderall,
    carbamazepine, tegretol, lamotrigine, levetiracetam, keppra, phenytoin, valproate, donepezil, galantamine,
    memantine, alendronate, alendronic acid, fosamax, allopurinol, colchicine, methotrexate, hydroxychloroquine,
    tamoxifen, finasteride, tamsulosin, sildenafil, viagra, diphenhydramine, benadryl, cetirizine, zyrtec,
    loratadine, claritin, insulin shots, insulin injections, ferrous sulfate, cbd, turmeric, ginkgo, mirena,
    kyleena, nexplanon, jolivette, natazia
    """
)

CONDITIONS = phrases(
    """
    high blood pressure, hypertension, hypertensive, low blood pressure, high cholesterol, hyperlipidemia,
    diabetes, type 2 diabetes, type 1 diabetes, diabetic, prediabetes, pre-diabetes, gestational diabetes, asthma,
    asthmatic, copd, emphysema, bronchitis, pneumonia, sinusitis, sinus infection, strep throat, sore throat, ear
    infection, tuberculosis, covid, covid-19, flu infection, hay fever, eczema, dermatitis, psoriasis, arthritis,
    osteoarthritis, rheumatoid arthritis, gout, osteoporosis, fibromyalgia, lupus, back pain, sprain, fracture,
    broken bone, heart disease, coronary artery disease, heart failure, congestive heart failure, atrial
    fibrillation, afib, a-fib, heart attack, myocardial infarction, angina, stroke, tia, blood clot, blood clots,
    dvt, pulmonary embolism, aneurysm, murmur, kidney disease, chronic kidney disease, ckd, kidney stones, kidney
    failure, renal failure, uti, urinary tract infection, liver disease, fatty liver, hepatitis, hepatitis b,
    hepatitis c, cirrhosis, gallstones, reflux, acid reflux, gerd, ulcer, ibs, irritable bowel, crohn, colitis,
    celiac, celiac disease, appendicitis, diverticulitis, hemorrhoids, anemia, anaemia, anemic, anaemic, iron
    deficiency, leukemia, lymphoma, cancer, breast cancer, colon cancer, skin cancer, lung cancer, prostate
    cancer, melanoma, tumor, tumour, hypothyroidism, hyperthyroidism, thyroid disease, thyroid problems,
    underactive thyroid, overactive thyroid, depression, anxiety, bipolar, ptsd, adhd, insomnia, sleep apnea,
    dementia, alzheimer, alzheimers, parkinson, parkinsons, epilepsy, seizure, seizures, migraine, migraines,
    headaches, concussion, neuropathy, multiple sclerosis, glaucoma, cataracts, obesity, metabolic syndrome, pcos,
    endometriosis, miscarriage, preeclampsia, shingles infection, chickenpox, measles, mono, lyme disease, hiv,
    std, herpes, allergic rhinitis, whiplash, laceration, smoker disease, hyperglycemia, hypertriglyceridemia,
    eating disorder
    """
)

SERIOUS = phrases(
    """
    cancer, breast cancer, colon cancer, skin cancer, lung cancer, prostate cancer, melanoma, tumor, tumour,
    leukemia, lymphoma, appendicitis, blood clot, blood clots, dvt, pulmonary embolism, aneurysm, multiple
    sclerosis, dementia, alzheimer, alzheimers, parkinson, parkinsons, covid, covid-19, hiv, std, strep throat,
    uti, pneumonia, lupus, concussion, meningitis, sepsis, celiac, celiac disease, bipolar, adhd, depression
    """
)
"""Asked with "do I have", and not in the records, these ask for a diagnosis."""

_VACCINES_SPOKEN = {
    "influenza": phrases(
        """
        flu shot, flu shots, flu vaccine, flu vaccination, flu jab, influenza vaccine, influenza shot,
        influenza vaccination, influenza, flu
        """
    ),
    "tetanus": phrases(
        """
        tetanus shot, tetanus vaccine, tetanus booster, tetanus jab, tetanus, tdap, td booster, diphtheria,
        whooping cough vaccine, pertussis
        """
    ),
    "pneumococcal": phrases(
        """
        pneumonia shot, pneumonia vaccine, pneumonia jab, pneumococcal vaccine, pneumococcal, prevnar, pcv
        13
        """
    ),
    "zoster": phrases(
        """
        shingles shot, shingles vaccine, shingles jab, shingrix, zoster vaccine, zoster
        """
    ),
    "hepatitis a": phrases(
        """
        hepatitis a vaccine, hepatitis a shot, hep a vaccine, hep a shot, hep a
        """
    ),
    "hepatitis b": phrases(
        """
        hepatitis b vaccine, hepatitis b shot, hep b vaccine, hep b shot, hep b
        """
    ),
    "covid-19": phrases(
        """
        covid shot, covid vaccine, covid booster, covid jab, covid-19 vaccine, coronavirus vaccine
        """
    ),
    "measles": phrases(
        """
        mmr, mmr vaccine, measles vaccine, measles shot
        """
    ),
    "hpv": phrases(
        """
        hpv vaccine, hpv shot, gardasil
        """
    ),
    "meningococcal": phrases(
        """
        meningitis vaccine, meningococcal vaccine, meningitis shot
        """
    ),
    "varicella": phrases(
        """
        chickenpox vaccine, varicella vaccine
        """
    ),
    "polio": phrases(
        """
        polio vaccine, polio shot
        """
    ),
    "rsv": phrases(
        """
        rsv vaccine, rsv shot
        """
    ),
}
VACCINES = MappingProxyType({phrase: name for name, spoken in _VACCINES_SPOKEN.items() for phrase in spoken})
"""What is said: the name that records print."""

PROCEDURES = phrases(
    """
    colonoscopy, mammogram, mammography, endoscopy, pap smear, pap test, smear test, cervical smear, biopsy, ct
    scan, cat scan, mri, mri scan, x-ray, xray, x ray, chest x-ray, ultrasound, echocardiogram, ecg, ekg, eeg,
    stress test, bone density scan, bone scan, dexa scan, cardiac catheterization, catheter ablation, ablation,
    cardioversion, angioplasty, stent, bypass, bypass surgery, appendectomy, cholecystectomy, gallbladder removal,
    c-section, cesarean, hysterectomy, knee replacement, hip replacement, knee surgery, back surgery, heart
    surgery, cataract surgery, eye exam, eye test, eyes checked, eye check, eyes tested, teeth checked, teeth
    cleaned, hearing checked, feet checked, skin checked, foot exam, dental exam, hearing test, physical exam,
    skin check, prostate exam, iud insertion, stitches, sutures, dialysis, blood transfusion, transfusion, allergy
    test, tb test, hiv test, sleep study, sigmoidoscopy, lung cancer screening, colon cancer screening, breast
    cancer screening, cervical cancer screening, depression screening, std test, hepatitis c test, pregnancy test,
    physical
    """
)

VISITS = phrases(
    """
    emergency room, emergency department, the er, er, a and e, a&e, urgent care, hospital, hospital stay, hospital
    stays, hospital admission, hospital admissions, doctor visit, doctor visits, office visit, office visits,
    doctor appointment, doctor appointments, checkup, check-up, checkups, check up, check-ups, check ups, annual
    physical, wellness visit, clinic, clinic visit, clinic visits, visit, visits, appointment, appointments,
    hospitalized, hospitalised, hospitalizations, admitted, admission, admissions, encounters, emergency visit,
    emergency visits, er visit, er visits, emergency room visits, emergency room visit, hospital visits, hospital
    visit
    """
)

UNMAPPED = phrases(
    """
    vitamin k, vitamin a, vitamin c, vitamin e, vitamin b1, vitamin b2, vitamin b6, b6, b1, zinc, copper,
    selenium, lead level, blood lead, mercury, arsenic, amylase, lipase, ldh, lactate dehydrogenase, creatine
    kinase, cpk, ck level, ana, rheumatoid factor, prolactin, estrogen, oestrogen, estradiol, progesterone, fsh,
    luteinizing hormone, dhea, homocysteine, d-dimer, d dimer, fibrinogen, lactate, lactic acid, ammonia, cea,
    ca-125, ca 125, ca 19-9, afp, procalcitonin, blood type, blood group, igf-1, pth, parathyroid hormone, hcg,
    ige, igg, iga, igm, complement c3, haptoglobin, reticulocytes, eosinophils, neutrophils, lymphocytes,
    basophils, monocytes, omega-3, omega 3, iodine, aldosterone, renin, cystatin c, c-peptide, fructosamine,
    growth hormone, adiponectin, leptin, acth, ceruloplasmin, reverse t3, viral load, cd4 count, hepatitis titer,
    heavy metals, bone age, eye pressure, hearing level, dna test, blood viscosity, coenzyme q10, glutathione,
    methylmalonic acid, beta carotene, drug level, digoxin level, lithium level, gluten antibodies, tpo
    antibodies, thyroid antibodies, psa velocity, vitamin level
    """
)
"""Tests that have a name and no concept of ours: they are found by their printed name or not at all."""

PHRASES: tuple[tuple[str, Kind], ...] = (
    *((phrase, "unmapped") for phrase in sorted(UNMAPPED)),
    *((phrase, "medicine") for phrase in sorted(MEDICINES)),
    *((phrase, "condition") for phrase in sorted(CONDITIONS)),
    *((phrase, "vaccine") for phrase in sorted(VACCINES)),
    *((phrase, "procedure") for phrase in sorted(PROCEDURES)),
    *((phrase, "visit") for phrase in sorted(VISITS)),
)
"""Every name and its kind; a name of two kinds is of the first."""
