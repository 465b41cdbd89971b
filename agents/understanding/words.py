"""Words that questions are made of, so that a mistyped one can be mended."""

from agents.understanding.wordlist import words

QUESTION_WORDS = words(
    """
    latest recent recently current currently reading readings result results level levels value values number
    numbers history measured measurement measurements checked tested recorded highest lowest maximum minimum average
    averaged typical trend trends trending compare compared comparison change changed changes different difference
    improve improved improving worse worsening better rising falling increasing decreasing higher lower going
    getting doing since during between before after above below under summer winter autumn spring month months weeks
    years week today yesterday medication medications medicine medicines tablet tablets pills prescription
    prescriptions prescribed prescribe taking started start stopped stop dosage interact interaction interactions
    clash combine safe kidney kidneys liver allergic allergies allergy condition conditions diagnosis diagnoses
    diagnosed disease diseases illness problems procedure procedures surgery surgeries operation operations hospital
    emergency appointment appointments doctor doctors visit visits vaccine vaccines vaccination vaccinations
    vaccinated immunization immunizations shots booster screening screenings summary summarize summarise overview
    health healthy medical record records question questions explain meaning normal abnormal range flagged concerned
    worried worry dangerous should could would which because exercise weight cholesterol pressure sugar glucose
    heart blood sleep steps walking risk score estimate calculate category relation relationship correlation related
    linked affect affected effect effects convert conversion everything please chance chances likelihood throat
    which measure whether symptoms cough capital country weather prescribing delete remove erase children husband
    daughter mother father brother sister friend across overdue diet exercise lifestyle naturally ordered anything
    something nothing really thing things about again first second third place world people actually finally maybe
    perhaps
    """
)
