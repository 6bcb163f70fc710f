"""What `wicara review` works on: a file and its text, drafted first where there is no file yet."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from threading import Lock, Thread
from typing import TYPE_CHECKING

from wicara.graph.errors import UnreadableInput, WicaraError
from wicara.graph.facts.draft.drafting import draft, drafted_file
from wicara.graph.facts.draft.reading import extracted
from wicara.graph.facts.draft.words import LANGUAGES, words_of
from wicara.graph.facts.review.data_file import replaced
from wicara.graph.facts.review.live import Live
from wicara.graph.facts.review.session import Session
from wicara.graph.facts.review.things import Things, verdicts_in
from wicara.graph.facts.skeleton import slug
from wicara.graph.facts.source import Text, read_text
from wicara.graph.inputs import read_inputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pyoxigraph import Quad
    from wicara.graph.facts.review.record import Record
    from wicara.graph.facts.review.session import Checked


@dataclass
class Desk:
    """One file, the place of its text, and who reviews it; `session` is None until there is a text."""

    file: Path
    source: Path
    extra: Path | None
    fold: Callable[[str], str]
    by: str
    published: date | None = None
    session: Session | None = None
    drafting: Thread | None = None
    fault: WicaraError | OSError | None = None
    """What ended the drafting of a text that was pasted, until somebody is told."""
    lock: Lock = field(default_factory=Lock)
    """Who has it works with the session, one at a time."""

    def open(self) -> None:
        """Open the session where there is a text; draft the file first where there is none.

        Raises UnreadableInput.
        """
        if not self.source.exists():
            if self.file.exists():
                raise UnreadableInput(
                    f"{self.source} is missing: --source names the text that {self.file} is of"
                )
            Thread(target=self.read_ahead).start()
            return
        text = read_text(self.source)
        if not self.file.exists():
            if extracted(text) is not text:
                raise UnreadableInput(
                    f"{self.source} is HTML: run `wicara draft {self.source} --text TEXT -o {self.file}`, "
                    "then review it with --source TEXT"
                )
            self.draft(text, None)
        self.session = Session(self.file, text, self.things, self.by)
        Thread(target=self.begin_checks, args=(self.session,)).start()

    def read_ahead(self) -> None:
        """Make ready what no text is needed for while somebody pastes; what is wrong is told then."""
        with suppress(UnreadableInput):
            _ = self.things
            for language in LANGUAGES:
                words_of(language).compile()
            _ = self.live

    def begin_checks(self, session: Session) -> None:
        """Close the dataset while people read, then let the session check facts against it."""
        session.live = self.live

    def check(self, session: Session, fact: str, record: Record, *, anew: bool = False) -> Checked:
        """Return what is wrong with a record, and what would follow from it; decisions go on meanwhile.

        `anew` looks at it as if the file did not state it yet.

        The lock of the closure is taken before that of the session, which is free while it is reasoned.
        """
        with self.lock:
            key = session.check_key(fact, record, anew=anew)
            if key in session.checked:
                return session.checked[key]
            found, quads = session.before_reasoning(fact, record)
            live = session.live
        if live is not None and quads:
            with live.lock:
                with self.lock:
                    changed = session.changed_subjects()
                live.hold(changed)
                with live.tried(dict.fromkeys(quads, frozenset()) if anew else {}):
                    findings = live.findings(quads)
            with self.lock:
                found = session.with_findings(record, found, findings)
        with self.lock:
            session.keep(key, found)
        return found

    def paste(self, pasted: str, published: str, language: str) -> str:
        """Take a text, or the text of an HTML page, that a person pasted, and return it as it will be kept.

        It is drafted, kept and opened in a thread (see `wait`). Raises UnreadableInput where there is a text
        already, or nothing was pasted.
        """
        if self.session is not None or self.drafting is not None or self.source.exists():
            raise UnreadableInput(f"{self.source} exists already: open it instead")
        content = pasted.encode()
        text = extracted(Text(self.source, pasted, sha256(content).hexdigest()))
        if not text.characters.strip():
            raise UnreadableInput("The text is empty: there is nothing to suggest.")
        try:
            self.published = date.fromisoformat(published) if published else None
        except ValueError as error:
            raise UnreadableInput(f"{published!r} is no day: write it as 2018-08-02") from error
        self.drafting = Thread(target=self.begin, args=(text, language or None))
        self.drafting.start()
        return text.characters

    def begin(self, text: Text, language: str | None) -> None:
        """Draft a text, keep it, and open it."""
        try:
            self.draft(text, language)
            replaced(self.source, text.characters.encode())
            self.open()
        except (WicaraError, OSError) as fault:
            self.fault = fault

    def wait(self) -> None:
        """Wait until a text that was pasted is drafted; raises what ended it, once."""
        drafting = self.drafting
        if drafting is None:
            return
        drafting.join()
        fault, self.drafting, self.fault = self.fault, None, None
        if fault is not None:
            raise fault

    @cached_property
    def dataset(self) -> tuple[Quad, ...]:
        """Return the dataset with the folder of more data, without the file."""
        return read_inputs(self.extra, without=self.file).quads

    @cached_property
    def things(self) -> Things:
        """Return what the dataset names, with what was decided on names in the folder of the file."""
        return Things(self.dataset, self.fold, verdicts_in(self.file.parent))

    @cached_property
    def live(self) -> Live:
        """Return the dataset closed, which facts are checked against."""
        return Live(self.dataset)

    def draft(self, text: Text, language: str | None) -> None:
        """Write the file with the suggestions for a text."""
        name = slug(self.file.name.removesuffix(self.file.suffix))
        found = draft(text.characters, self.dataset, self.published, language)
        content = drafted_file(found, text, name, self.published, language)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        replaced(self.file, content.encode())
