"""Wordings that several cues share, as pieces of regular expressions."""

WHO = (
    r"(?:wife|husband|spouse|partner|mother|mom|mum|mommy|father|dad|daddy|son|daughter|kid|child|"
    r"children|brother|sister|sibling|friend|boss|neighbou?r|colleague|coworker|aunt|uncle|cousin|grandma|"
    r"grandmother|grandpa|grandfather|girlfriend|boyfriend|baby|roommate|ex|parents?|family|patient|"
    r"someone|somebody|other patients?|another patient|other people|everyone)"
)
RECORD = (
    r"(?:records?|results?|labs?|tests?|blood tests?|chart|files?|medical|health|history|data|info|"
    r"information|meds|medications?|medicines?|prescriptions?|diagnos\w+|conditions?|allerg\w+|numbers|"
    r"readings?|TEST|OTHER)"
)
MEDS = r"(?:meds|medications?|medicines?|pills?|tablets?|drugs?|prescriptions?|rx|med list|treatments?|MED)"
LABS = (
    r"(?:labs?|lab results?|lab tests?|lab work|labwork|blood tests?|blood results?|test results?|results|"
    r"tests|panel|numbers|values|levels|readings|bloodwork)"
)
SHOTS = r"(?:vaccin\w+|immuni[sz]\w+|shots?|jabs?|boosters?|VAX)"
STARTED = (
    r"(?:start(?:ed|ing)?|began|begin|beginning|beg[au]n|went on|going on|got on|put on|switched to|"
    r"taking|took|been on|being on|was on|on|adding|added|introduced)"
)
MOVE = (
    r"(?:up or down|down or up|(?:going|gone|go|went|heading|headed|creeping|moving|moved|crept|trending|"
    r"been) (?:up|down|higher|lower)|(?:get|gets|getting|got|gotten|become|becoming|became) (?:any |much |"
    r"a bit |slightly )?(?:better|worse|higher|lower|bigger|smaller)|improv\w*|worsen\w*|ris(?:e|es|ing|"
    r"en)|fall(?:s|ing|en)?|increas\w+|decreas\w+|declin\w+|deteriorat\w+|dropping|dropped|climb\w*|"
    r"stable|steady|holding steady|the same)"
)
LOWER = (
    r"(?:lower|reduce|bring(?:ing)?|get(?:ting)?|cut|drop|raise|increase|improve|boost|control|manage|fix|"
    r"decrease|keep|normali[sz]e|help|treat|better)"
)
VERDICT = (
    r"(?:bad|normal|abnormal|ok|okay|good|great|high|low|dangerous|serious|fine|healthy|unhealthy|"
    r"alarming|concerning|worrying|worrisome|terrible|in range|out of range|within range|elevated|"
    r"in the normal range|too high|too low|a problem|a concern|something to worry about|"
    r"something i should worry about|alright|all right|critical|optimal|outside the range|in the red|"
    r"okay-ish|off|safe|anything to worry about)"
)
ODD = (
    r"(?:out of (?:the )?(?:\w+ )?(?:range|whack|bounds|limits)|abnormal\w*|flag(?:ged|s)?|red\b|weird|"
    r"unusual|outside|\boff\b|not (?:normal|in range|ok|okay|right)|too high|too low|high or low|"
    r"concern\w*|wrong|bad|worr\w+|strange|odd|problem\w*|elevated|stand(?:s)? out|stood out|unnormal|"
    r"suspicious|alarming|attention|is high|are high|is low|are low|came back (?:high|low|red|off|funny)|"
    r"funny|irregular\w*|to look at|wonky|outliers?)"
)
DOCTOR = (
    r"(?:doctors?|gp|physician|cardiologist|endocrinologist|nephrologist|specialist|nurse|pharmacist|"
    r"consultant|provider|pcp|VISIT|visit|appointment|check-?up)"
)
ILL = (
    r"(?:cough\w*|headaches?|dizz\w+|nausea|nauseous|rash\w*|tired\w*|fatigue\w*|diarrh?o?ea|constipat\w+|"
    r"itch\w*|dry mouth|sweat\w+|cramps?|ache\w*|aching|pain\w*|insomnia|swelling|swollen|bruis\w+|"
    r"bleeding|weak\w*|sleepy|drows\w+|palpitations|symptoms?|sick|vomit\w*|hair loss|impoten\w+|mood|"
    r"anxi\w+|depress\w+|foggy|weight gain|gain\w* weight|muscle|legs|stomach|heartburn|shak\w+|tremor|"
    r"blurr\w+|libido|COND|TEST)"
)
