"""Names of drugs that an answer may not bring up by itself."""

from __future__ import annotations

from functools import cache

# Common ingredients whose names do not end in a stem of their class (see `agents.grounding`), in lower case.
COMMON = (
    "acetaminophen aspirin paracetamol ibuprofen naproxen diclofenac warfarin heparin digoxin lithium insulin "
    "glyburide glipizide gliclazide glimepiride furosemide spironolactone hydrochlorothiazide chlorthalidone "
    "amiodarone verapamil diltiazem hydralazine clonidine nitroglycerin morphine fentanyl tramadol methadone "
    "gabapentin pregabalin phenytoin carbamazepine valproate levetiracetam lamotrigine topiramate methotrexate "
    "prednisone prednisolone dexamethasone levothyroxine liothyronine methimazole estradiol tamoxifen allopurinol "
    "colchicine trimethoprim sulfamethoxazole nitrofurantoin metronidazole rifampin isoniazid ketoconazole "
    "cyclosporine tacrolimus mycophenolate sertraline fluoxetine citalopram escitalopram venlafaxine bupropion "
    "mirtazapine amitriptyline haloperidol clozapine zolpidem diphenhydramine loratadine cetirizine albuterol "
    "salbutamol tiotropium montelukast theophylline galantamine donepezil memantine clopidogrel ezetimibe niacin "
    "sildenafil tadalafil finasteride "
)


@cache
def drug_names() -> frozenset[str]:
    """Single words, in lower case."""
    return frozenset(COMMON.split())
