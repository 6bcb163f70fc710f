"""Who answers: executors that are free, a queue for them, a lane for what is slow, and the deadline.

A request leases an executor; so many run at a time. Past `SOON` seconds, and `LONG` of a processor from then
on, its executor runs at the lowest priority. Then, where others wait, or past `SLOW`, it moves to the slow
lane and counts there; so does one whose client takes nothing. Where that lane is full and others have waited
for `PATIENCE` seconds, it is stopped. At its deadline it is killed. What moves over or is killed leaves its
place to an executor that is there already, for a fork takes its time. A killed executor counts until the
system has its memory back.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from wicara.graph import errors
from wicara.server.process import messages
from wicara.server.process.messages import EXECUTOR, LOW, NORMAL, Link, LostError, Ticket, watch_process

if TYPE_CHECKING:
    from collections.abc import Callable

    from wicara.server.settings import Limits

SOON: Final = 0.02
SLOW: Final = 0.25
LONG: Final = 0.1
"""Seconds of a processor: ten thousand rows take less; at low priority, they would wait for all others."""
PATIENCE: Final = 1.0
"""Seconds that a request waits before a slow one that finds no place in the slow lane is stopped for it."""
TICK: Final = 0.01
"""Seconds between two looks at what runs."""


class Stopped(Enum):
    """Why a request was stopped before it was answered."""

    DEADLINE = "deadline"
    SLOW_LANE_FULL = "slow lane full"
    CLIENT_GONE = "client gone"
    SHUTDOWN = "shutdown"


class QueueFull(Exception):  # noqa: N818 - a state of the pool, not a fault
    """More requests wait than may."""


@dataclass(eq=False)
class Generation:
    """A version of the dataset: who forks its executors, those that are idle, and how many work."""

    fork_server: Link
    description: dict[str, Any]
    """Its `version` and `digest`, and `quads` where it is in memory."""
    idle: list[Link] = field(default_factory=list)
    busy: int = 0
    current: bool = True

    def retire(self) -> None:
        """Take no more requests; what runs goes on."""
        self.current = False
        for executor in self.idle:
            executor.kill()
        self.idle.clear()


@dataclass(eq=False, slots=True)
class Waiting:
    """A request that waits for an executor, and since when.

    `go` is called when it is its turn: it returns False where nobody is free after all, None where the
    request waits no longer. One for which no task waits is given to a task by `hand_over` if that takes long.
    """

    since: float
    go: Callable[[], bool | None]
    hand_over: Callable[[], None] | None = None


@dataclass(eq=False, slots=True)
class Job:
    """A request under way: who answers it, since when, until when, and why it was stopped if it was."""

    link: Link
    generation: Generation
    began: float
    deadline: float
    low: bool = False
    slow: bool = False
    stopped: Stopped | None = None
    watch: Callable[[], asyncio.Future[None]] | None = None
    watcher: asyncio.Future[None] | None = None
    worked_before: float | None = None
    interrupt: Callable[[], None] | None = None
    """Ends the wait for a client that does not take what is sent."""
    hand_over: Callable[[], None] | None = None
    """Gives a job for which no task waits yet to a task."""

    def watch_client(self) -> None:
        """Begin to watch the client: worth it only for a job that goes on for a while."""
        if self.hand_over is not None:
            self.hand_over()
        if self.watch is not None and self.watcher is None:
            self.watcher = self.watch()

    def worked(self) -> float:
        """Return the seconds of a processor that the executor has used since this was first asked."""
        used = self.link.processor_time()
        if self.worked_before is None:
            self.worked_before = used
        return used - self.worked_before

    def stop(self, why: Stopped) -> None:
        """Kill the executor, and remember why."""
        if self.stopped is None:
            self.stopped = why
        self.link.kill()
        if self.interrupt is not None:
            self.interrupt()
            self.interrupt = None


def error_in(members: dict[str, Any]) -> errors.WicaraError:
    """Return the error that a process reports."""
    error: errors.WicaraError = getattr(errors, members["error"], errors.Unavailable)(members["message"])
    return error


def processes(limits: Limits) -> int:
    """Return how many executors there are at most: those of both lanes, and those that end or begin."""
    return 2 * limits.executors + limits.slow_lane


class Pool:
    """The executors of all versions that are in use."""

    def __init__(self, address: str, limits: Limits) -> None:
        """Begin without a process; `address` is that of the socket where they connect."""
        self.address = address
        self.limits = limits
        self.tickets: dict[int, asyncio.Future[tuple[Link, dict[str, Any]]]] = {}
        self.last_ticket = 0
        self.jobs: set[Job] = set()
        self.queue: deque[Waiting] = deque()
        self.running = 0
        """Jobs that are not in the slow lane."""
        self.ending = 0
        self.coming: set[asyncio.Future[None]] = set()
        self.generation: Generation | None = None
        self.ticker: asyncio.TimerHandle | None = None
        self.killed: dict[Stopped, int] = dict.fromkeys(Stopped, 0)
        self.crashed = 0
        self.forked = 0

    async def listen(self) -> asyncio.Server:
        """Take connections of processes."""
        loop = asyncio.get_running_loop()
        return await loop.create_unix_server(lambda: Link(self.greet, self.watch_forked), self.address)

    def greet(self, link: Link) -> None:
        """Give a new process, or its fault, to whoever waits for it."""
        kind, payload = link.take()
        description = messages.members_in(payload)
        waiting = self.tickets.pop(description.pop("ticket"), None)
        if waiting is None or waiting.done():
            link.kill()
        elif kind == messages.FAULT:
            waiting.set_exception(error_in(description))
            link.kill()
        else:
            waiting.set_result((link, description))

    def watch_forked(self, payload: bytes) -> None:
        """Tell whoever waits for a new process where it ends before it has said a word."""
        child = messages.members_in(payload)
        waiting = self.tickets.get(child["ticket"])
        if waiting is None:
            return

        def ended() -> None:
            if not waiting.done():
                waiting.set_exception(LostError())

        watch_process(child["pid"], ended)

    def expect(self, number: int) -> asyncio.Future[tuple[Link, dict[str, Any]]]:
        """Return the process of a ticket, as soon as it is there."""
        future = asyncio.get_running_loop().create_future()
        self.tickets[number] = future
        return future

    async def fork(self, fork_server: Link, role: str, digest: str = "") -> tuple[Link, dict[str, Any]]:
        """Return a new process and what it says of itself; raises LostError where it cannot be forked.

        Where the caller gives up, the process is ended as soon as it connects.
        """
        self.last_ticket += 1
        ticket = Ticket(self.last_ticket, role, digest)
        future = self.expect(ticket.number)
        fork_server.send(messages.FORK, ticket.packed())
        self.forked += 1
        either: set[asyncio.Future[Any]] = {future, fork_server.ended}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            if future.done() and future.exception() is None:
                future.result()[0].kill()
            raise
        finally:
            self.tickets.pop(ticket.number, None)
        if not future.done():
            raise LostError
        return future.result()

    async def lease(self, seconds: float, since: float | None = None) -> Job:
        """Return a job with an executor of the current version, for a request that waits `since` a time.

        Raises QueueFull, LostError where no process can be had, and TimeoutError where none is free in time.
        """
        began = since or time.monotonic()
        deadline = began + seconds
        if not self.queue and (job := self.lease_idle(deadline)):
            return job
        if len(self.queue) >= self.limits.queue:
            raise QueueFull
        async with asyncio.timeout_at(asyncio.get_running_loop().time() + deadline - time.monotonic()):
            while True:
                if self.generation is None:
                    raise LostError
                if job := self.lease_idle(deadline):
                    return job
                self.grow()
                await self.wait_turn(began)

    def lease_idle(self, deadline: float) -> Job | None:
        """Return a job with an executor that is free now; None where a request has to wait for one."""
        generation = self.generation
        if generation is None or not (link := self.idle_of(generation)):
            return None
        return self.begin(link, generation, deadline)

    def wait(self, waiting: Waiting) -> bool:
        """Let a request for which no task waits go in its turn; return False where it may not wait."""
        if len(self.queue) >= self.limits.queue:
            return False
        self.queue.append(waiting)
        self.grow()
        self.schedule_tick()
        return True

    def idle_of(self, generation: Generation) -> Link | None:
        """Return an executor that is free, the one that worked last, or None where none may begin now."""
        if self.running >= self.limits.executors:
            return None
        while generation.idle:
            link = generation.idle.pop()
            if not link.lost:
                return link
        return None

    @property
    def slow(self) -> int:
        """Return how many jobs are in the slow lane."""
        return len(self.jobs) - self.running

    def has_room(self) -> bool:
        """Tell whether there may be one more executor."""
        idle = len(self.generation.idle) if self.generation else 0
        there = len(self.jobs) + idle + len(self.coming) + self.ending
        return there < processes(self.limits)

    def grow(self) -> None:
        """Have another executor forked, one at a time unless requests wait for it."""
        generation = self.generation
        if generation is None or not self.has_room():
            return
        if len(generation.idle) >= 2 * self.limits.executors:
            return
        if len(self.coming) < (1 if generation.idle else max(1, len(self.queue))):
            generation.busy += 1
            coming = asyncio.ensure_future(self.arrive(generation))
            self.coming.add(coming)
            coming.add_done_callback(self.arrived)

    def arrived(self, coming: asyncio.Future[None]) -> None:
        """Let those who wait have the new executor, and have the next one forked."""
        self.coming.discard(coming)
        self.next()
        if not coming.cancelled() and coming.exception() is None:
            self.grow()

    async def arrive(self, generation: Generation) -> None:
        """Take an executor in when it is there; raises what kept it from coming."""
        try:
            link, _ = await self.fork(generation.fork_server, EXECUTOR, generation.description["digest"])
            if generation.current:
                generation.idle.append(link)
            else:
                link.kill()
        finally:
            generation.busy -= 1
            self.close_when_done(generation)

    async def wait_turn(self, since: float) -> None:
        """Wait until there may be a free executor; who has waited since longest comes first."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def go() -> bool | None:
            if turn.done():
                return None
            turn.set_result(None)
            return True

        waiting = Waiting(since, go)
        younger = (place for place, request in enumerate(self.queue) if request.since > since)
        self.queue.insert(next(younger, len(self.queue)), waiting)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.next()
            raise
        finally:
            if waiting in self.queue:
                self.queue.remove(waiting)

    def next(self) -> None:
        """Let the first of those who wait go."""
        while self.queue:
            waiting = self.queue.popleft()
            went = waiting.go()
            if went is False:
                self.queue.appendleft(waiting)
            if went is not None:
                return

    def begin(self, link: Link, generation: Generation, deadline: float) -> Job:
        """Begin a job, and look at it from now on."""
        job = Job(link, generation, time.monotonic(), deadline)
        generation.busy += 1
        self.jobs.add(job)
        self.running += 1
        self.schedule_tick()
        return job

    def schedule_tick(self) -> None:
        """Look soon at what runs and what waits."""
        if self.ticker is None:
            self.ticker = asyncio.get_running_loop().call_later(TICK, self.tick)

    def end(self, job: Job) -> None:
        """End a job: its executor is free for others, or goes where it was stopped or is out of date."""
        self.jobs.discard(job)
        self.running -= not job.slow
        job.generation.busy -= 1
        job.watch = None
        if job.watcher is not None:
            job.watcher.cancel()
        if job.stopped:
            self.killed[job.stopped] += 1
        elif job.link.lost:
            self.crashed += 1
        if self.may_stay(job):
            job.generation.idle.append(job.link)
        else:
            self.dismiss(job)
        self.close_when_done(job.generation)
        self.grow()
        self.next()

    def may_stay(self, job: Job) -> bool:
        """Tell whether the executor of a job can take another: alive, in time, at its old priority."""
        if job.link.lost or not job.generation.current:
            return False
        return not job.low or job.link.set_priority(NORMAL)

    def dismiss(self, job: Job) -> None:
        """End the executor of a job; its memory counts until it has ended."""
        job.link.kill()
        if not job.link.ended.done():
            self.ending += 1
            job.link.ended.add_done_callback(lambda _: self.gone())

    def gone(self) -> None:
        """Take note that a process that was killed has ended."""
        self.ending -= 1
        self.grow()

    def tick(self) -> None:
        """Look at what runs: priority, lane, deadline."""
        self.ticker = None
        now = time.monotonic()
        for job in sorted(self.jobs, key=lambda each: each.began):
            if now >= job.deadline:
                job.stop(Stopped.DEADLINE)
                continue
            age = now - job.began
            if age > SOON and not job.low:
                job.watch_client()
                job.low = job.worked() > LONG and job.link.set_priority(LOW)
            makes_wait = bool(self.queue) and age > SOON and (job.low or job.link.paused)
            if not job.slow and (age > SLOW or makes_wait):
                if self.slow < self.limits.slow_lane:
                    job.slow = True
                    self.running -= 1
                    self.next()
                elif self.starved(now):
                    job.stop(Stopped.SLOW_LANE_FULL)
        for hand_over in [request.hand_over for request in self.queue if now - request.since > SOON]:
            if hand_over is not None:
                hand_over()
        if self.jobs or any(request.hand_over for request in self.queue):
            self.schedule_tick()

    def give_up(self, waiting: Waiting) -> None:
        """Take a request out of the queue."""
        self.queue.remove(waiting)

    def starved(self, now: float) -> bool:
        """Tell whether a request has waited so long that a slow one has to make room for it."""
        return bool(self.queue) and now - self.queue[0].since > PATIENCE

    def replace(self, generation: Generation) -> None:
        """Answer from another version from now on."""
        old, self.generation = self.generation, generation
        if old is not None:
            old.retire()
            self.close_when_done(old)
        self.grow()
        self.next()

    def close_when_done(self, generation: Generation) -> None:
        """Let go of the fork server of a version that nobody uses any more."""
        if generation.current or generation.busy:
            return
        if self.generation is None or self.generation.fork_server is not generation.fork_server:
            generation.fork_server.kill()

    def close(self) -> None:
        """End all processes."""
        for job in list(self.jobs):
            job.link.kill()
        if self.generation is not None:
            self.generation.retire()
            self.generation.fork_server.kill()
