"""The specialists of one plan, all at work at once, their events in the order in which they happen."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence

from pydantic_ai.exceptions import UsageLimitExceeded
from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from agents import tracing
from agents.attempts import is_there
from agents.brief import TaskBrief
from agents.events import (
    AnyEvent,
    Chart,
    Claim,
    Finding,
    Gap,
    Plan,
    Specialist,
    SpecialistStatus,
    SpecialistUpdate,
    Task,
    Usage,
)
from agents.languages import Words
from agents.limits import Limits
from agents.meter import Meter
from agents.outside import OutsideModel
from agents.prices import price
from agents.query import Query
from agents.question import Ask
from agents.records import Records
from agents.specialists.agent import consult
from agents.specialists.roster import NAMES
from agents.tools.desk import Desk
from agents.understanding.spanish import asked_in_spanish

log = logging.getLogger(__name__)

Work = asyncio.Task[None]


class Team:
    """Asks every specialist of a plan; `findings`, `gaps` and `usage` fill while `at_work` is read."""

    def __init__(
        self,
        plan: Plan,
        *,
        query: Query,
        asks: tuple[Ask, ...],
        records: Records,
        model: Model,
        past: Sequence[AnyEvent] = (),
        limits: Limits | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.plan = plan
        self.query = query
        self.spanish = asked_in_spanish(query.text)
        self.asks = asks
        self.records = records
        self.model = model
        self.findings: dict[Specialist, Finding] = {
            event.specialist: event for event in past if isinstance(event, Finding)
        }
        self.gaps: list[Gap] = []
        self.model_is_there = False
        """Whether one of those who failed did so with a model that can be reached."""
        self.usage = RunUsage()
        self._limits = limits or Limits()
        self._meter = meter or Meter.of_run(self._limits)
        self._charted = {event.concept for event in past if isinstance(event, Chart)}

    @property
    def left_alone(self) -> bool:
        """Whether a model outside this program was asked, and not one specialist got through with it."""
        return isinstance(self.model, OutsideModel) and bool(self.gaps) and not self.findings

    @property
    def may_ask(self) -> bool:
        """Whether the run has something left to ask a model for; a specialist at its own limit says nothing of that."""
        return not self._meter.is_empty

    @property
    def claims(self) -> Iterator[Claim]:
        """All that was found, in the order of the plan."""
        for task in self.plan.tasks:
            if task.specialist in self.findings:
                yield from self.findings[task.specialist].claims

    async def at_work(self) -> AsyncGenerator[AnyEvent, None]:
        """The events of all specialists that have no finding yet. Closing it ends them all.

        The gaps come last, and not at all where the whole team is `left_alone`: others are then asked the same.
        """
        asked = [task for task in self.plan.tasks if task.specialist not in self.findings]
        for task in asked:
            yield SpecialistUpdate(specialist=task.specialist, status="waiting")
        queue: asyncio.Queue[AnyEvent | Work] = asyncio.Queue()
        running: dict[Work, Task] = {}
        try:
            for task in asked:
                work = asyncio.create_task(self._ask(task, queue.put_nowait))
                work.add_done_callback(queue.put_nowait)
                running[work] = task
            while running:
                happened = await queue.get()
                if not isinstance(happened, asyncio.Task):
                    yield happened
                    continue
                for event in self._ended(happened, running.pop(happened)):
                    yield event
            for gap in () if self.left_alone else self.gaps:
                yield gap
        finally:
            for work in running:
                work.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _ask(self, task: Task, emit: Callable[[AnyEvent], None]) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        emit(SpecialistUpdate(specialist=task.specialist, status="working", note=task.task))
        usage = RunUsage()
        meter = self._meter.for_specialist(self._limits)
        desk = Desk(
            specialist=task.specialist,
            records=self.records,
            now=self.query.now,
            emit=emit,
            pay=meter.call_tool,
            charted=self._charted,
        )
        try:
            with tracing.span(f"invoke_agent {task.specialist}", gen_ai__agent__name=task.specialist):
                async with asyncio.timeout(self._limits.specialist.seconds):
                    finding = await consult(
                        self._brief(task), desk=desk, model=self._seen_by(meter), usage=usage, limits=self._limits
                    )
        finally:
            self.usage.incr(usage)
            if isinstance(self.model, OutsideModel):
                emit(usage_of(self.model, usage, specialist=task.specialist))
        self.findings[task.specialist] = finding
        emit(finding)
        emit(SpecialistUpdate(specialist=task.specialist, status="finished", seconds=round(clock() - began, 3)))

    def _seen_by(self, meter: Meter) -> Model:
        return self.model.metered(meter) if isinstance(self.model, OutsideModel) else self.model

    def _brief(self, task: Task) -> TaskBrief:
        return TaskBrief(
            question=self.query.text,
            today=self.query.now.date(),
            asks=self.asks,
            specialist=task.specialist,
            task=task.task,
            team=tuple(other.specialist for other in self.plan.tasks),
        )

    def _ended(self, work: Work, task: Task) -> Iterator[AnyEvent]:
        """Nothing where a specialist finished; else that it did not, and what that leaves unknown."""
        if not work.cancelled() and work.exception() is None:
            return
        error = None if work.cancelled() else work.exception()
        self.model_is_there = self.model_is_there or is_there(error)
        gap = gap_of(error, task, spanish=self.spanish)
        self.gaps.append(gap)
        status: SpecialistStatus = "stopped" if gap.reason == "stopped" else "failed"
        yield SpecialistUpdate(
            specialist=task.specialist, status=status, note=WHY[gap.reason].told(spanish=self.spanish)
        )


def usage_of(model: Model, usage: RunUsage, *, specialist: Specialist | None = None) -> Usage:
    """What was taken, as it is told."""
    return Usage(
        model=model.model_name,
        requests=usage.requests,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        tool_calls=usage.tool_calls,
        cost=price(model, usage),
        specialist=specialist,
    )


WHY = {
    "timed_out": Words("It took too long.", "Tardó demasiado."),
    "budget": Words("It needed more steps than it may take.", "Necesitaba más pasos de los que puede dar."),
    "stopped": Words("It was stopped.", "Se detuvo."),
    "failed": Words("Something went wrong.", "Algo salió mal."),
}


UNFINISHED = Words(
    "{name} could not finish, so this was not checked: {task}",
    "{name} no pudo terminar, así que esto no se ha comprobado: {task}",
)


def gap_of(error: BaseException | None, task: Task, *, spanish: bool = False) -> Gap:
    """What it means that a specialist ended with an error, or was cancelled (None). The error's text stays out."""
    name = NAMES[task.specialist].told(spanish=spanish)
    unknown = UNFINISHED.told(spanish=spanish).format(name=name, task=task.task)
    match error:
        case None:
            return Gap(reason="stopped", unknown=unknown, specialist=task.specialist)
        case TimeoutError():
            return Gap(reason="timed_out", unknown=unknown, specialist=task.specialist)
        case UsageLimitExceeded():
            return Gap(reason="budget", unknown=unknown, specialist=task.specialist)
        case _:
            log.error("specialist %s failed: %s", task.specialist, where(error))
            return Gap(reason="failed", unknown=unknown, specialist=task.specialist)


def where(error: BaseException) -> str:
    """An error's kind and place, without its text: that may hold a person's words or values."""
    # `extract_tb` would read the source of every frame from disk, here in the loop.
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)][-3:]
    return f"{type(error).__name__} at " + " < ".join(f"{file}:{line}" for file, line in reversed(frames))
