"""The wordings that speak for each intent."""

from agents.understanding.cues import (
    changes,
    history,
    meanings,
    medicines,
    overview,
    prevention,
    refusals,
    results,
    talk,
)
from agents.understanding.cues.cue import Cue

CUES: tuple[Cue, ...] = (
    *refusals.CUES,
    *talk.CUES,
    *results.CUES,
    *changes.CUES,
    *meanings.CUES,
    *medicines.CUES,
    *history.CUES,
    *prevention.CUES,
    *overview.CUES,
)
