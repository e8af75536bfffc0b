"""Random histories: machine runs over random tracks, and decisions of people about what they gave."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from aima.domain import decisions
from aima.domain.decisions import Decision
from aima.domain.identity import Assigned, Run, State, apply, effective, minted, replay
from aima.domain.ledger import Event, follow
from aima.domain.locating import clashes
from aima.domain.minting import recognise
from aima.domain.track import Cluster, Link, Locator
from aima.errors import PersonError

NOWHERE = State()


def identity(number: int) -> str:
    """An id that sorts and repeats."""
    return str(uuid.UUID(int=number))


class World:
    """A ledger that grows by drawn steps, with the live state beside it."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.runs: dict[str, Run] = {}
        self.state = NOWHERE
        self.count = 0

    @property
    def events(self) -> tuple[Event, ...]:
        return self.state.events

    def new_id(self) -> str:
        self.count += 1
        return identity(self.count)

    def append(self, decision: Decision) -> Event:
        last = self.events[-1] if self.events else None
        event = follow(
            last,
            decision.kind,
            decision.payload,
            event_id=self.new_id(),
            actor="local",
            at_us=self.count,
        )
        self.state = apply(self.state, event, self.runs.__getitem__)
        return event

    def fuse(self) -> None:
        """A machine run over random tracks; persons without overlaps."""
        tracks = {identity(10_000 + n): locator for n, locator in self.data.draw(st.sampled_from(TRACKS))}
        groups: dict[int, list[str]] = {}
        for track_id, locator in tracks.items():
            group = self.data.draw(st.integers(0, 3))
            if group and not clashes(locator, (tracks[other] for other in groups.get(group, ()))):
                groups.setdefault(group, []).append(track_id)
        self.record(tracks, list(groups.values()))

    def record(self, tracks: Mapping[str, Locator], groups: Sequence[Sequence[str]]) -> None:
        """A machine run that found these tracks to be these persons."""
        clusters = [Cluster(tuple(Link(t, 1.0, {}) for t in members)) for members in groups]
        recognised = recognise(clusters, tracks, memories(self, tracks), self.new_id)
        owner = {t: p for c, p in zip(clusters, recognised.person_ids, strict=True) for t in c.track_ids}
        run_id = self.new_id()
        numbers = dict(pair for event in self.events for pair in minted(event)) | dict(recognised.minted)
        self.runs[run_id] = Run(
            run_id,
            {t: Assigned(owner.get(t), locator) for t, locator in tracks.items()},
            {p: numbers[p] for p in recognised.person_ids},
        )
        newcomers = [list(pair) for pair in recognised.minted]
        self.append(Decision("fused", {"run_id": run_id, "minted": newcomers}))

    def decide(self) -> None:
        """One random decision about what is there now, if it may be made."""
        kind = self.data.draw(st.sampled_from(["name", "merge", "split", "split", "undo", "undo last"]))
        try:
            decision = getattr(self, "_" + kind.replace(" ", "_"))()
        except PersonError:
            return
        self.append(decision)

    def _person(self) -> str:
        return self.data.draw(st.sampled_from(sorted(self.state.members) or [identity(0)]))

    def _name(self) -> Decision:
        return decisions.name(self.state, self._person(), self.data.draw(st.sampled_from(["Anna", "Bert", None])))

    def _merge(self) -> Decision:
        return decisions.merge(self.state, self._person(), self._person())

    def _split(self) -> Decision:
        person = self._person()
        own = self.state.members.get(person, [])
        some = self.data.draw(st.lists(st.sampled_from(own), unique=True)) if own else []
        return decisions.split(self.state, person, some, self.new_id())

    def _undo(self) -> Decision:
        return decisions.undo(self.state, self.data.draw(st.sampled_from([e.event_id for e in self.events])))

    def _undo_last(self) -> Decision:
        return decisions.undo(self.state)


def _tracks(*spans: tuple[int, str, int, int, float]) -> list[tuple[int, Locator]]:
    return [
        (n, Locator(content, "sight", start, end, (left, 10.0, 80.0, 80.0))) for n, content, start, end, left in spans
    ]


BASE = _tracks((1, "a", 0, 40, 0), (2, "a", 0, 40, 300), (3, "a", 50, 90, 0), (4, "a", 60, 80, 300), (5, "b", 0, 9, 0))
TRACKS: Sequence[list[tuple[int, Locator]]] = (
    BASE,
    [*BASE, *_tracks((6, "b", 0, 9, 300), (7, "c", 5, 15, 0))],  # more media
    BASE[2:],  # less of a medium
    BASE[4:],  # a medium is gone
    _tracks((11, "a", 1, 41, 5), (12, "a", 1, 39, 305), (13, "a", 48, 70, 0), (14, "a", 71, 92, 0), (15, "b", 0, 8, 4)),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A world after some runs and decisions."""
    world = World(draw(st.data()))
    world.fuse()
    for step in draw(st.lists(st.sampled_from(["decide"] * 5 + ["fuse"]), max_size=10)):
        getattr(world, step)()
    return world


def without(events: Sequence[Event], event_id: str) -> list[Event]:
    """The history in which an event never was: what does not stand is left out, and the chain is made anew."""
    made: list[Event] = []
    for event in effective(events):
        if event.event_id != event_id and event.kind != "undone":
            last = made[-1] if made else None
            made.append(
                follow(last, event.kind, event.payload, event_id=event.event_id, actor=event.actor, at_us=event.at_us)
            )
    return made


def outcome(state: State) -> tuple[object, ...]:
    """What a state says, without how it came about."""
    return (state.run, state.tracks, state.numbers, state.namings, state.merged, state.split_off, state.conflicts)


def memories(world: World, places: Mapping[str, Locator]) -> list[State]:
    """The contents of places as they were when last in a run; then where those who are not there were last."""
    fused = [world.runs[e.payload["run_id"]].tracks for e in effective(world.events) if e.kind == "fused"]
    contents = {locator.content_id for locator in places.values()}
    said = [(n, track_id, assigned) for n, tracks in enumerate(fused) for track_id, assigned in tracks.items()]
    told = [(n, track_id, assigned) for n, track_id, assigned in said if assigned.locator.content_id in contents]
    last_in = {assigned.locator.content_id: n for n, _, assigned in told}
    last_of = {assigned.person_id: n for n, _, assigned in told}
    numbers = dict(pair for event in world.events for pair in minted(event))
    latest = {t: assigned for n, t, assigned in told if last_in[assigned.locator.content_id] == n}
    seen = replay(world.events, lambda _: Run("", latest, numbers))
    there = {placed.root for placed in seen.tracks.values()} | {None}
    earlier = {t: a for n, t, a in told if a.person_id not in there and last_of[a.person_id] == n}
    return [seen, replay(world.events, lambda _: Run("", earlier, numbers))]


def replayed(events: Sequence[Event], world: World) -> State:
    """A full replay with the runs of a world."""
    return replay(events, world.runs.__getitem__)
