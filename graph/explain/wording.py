"""Statements in plain words, in English and Indonesian: labels, expressions, axioms (`wording.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph.names import FIRST, NIL, REST, iri_name
from wicara.ontology import PREFIXES, RDF_TYPE, WIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyoxigraph import Store
    from wicara.graph.reasoning.rules import Fact, Term

OWL, RDFS, SKOS = (PREFIXES[name] for name in ("owl", "rdfs", "skos"))
LABELS: Final = (NamedNode(f"{SKOS}prefLabel"), NamedNode(f"{RDFS}label"))
MAX_DEPTH: Final = 8
"""How deep a class expression is put into words; deeper ones, and circular ones, end in an ellipsis."""
TABLES: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
PLAIN: Final = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
FORM_OF: Final = {name: form for form, names in PLAIN["properties"].items() for name in names}
AXIOMS, EXPRESSIONS, WORDS = (TABLES[name] for name in ("axioms", "expressions", "words"))
STRUCTURE: Final = frozenset(
    {FIRST.value, REST.value, f"{OWL}onProperty", *(f"{OWL}{name}" for name in EXPRESSIONS)}
)
"""The properties that only build lists and class expressions: the axiom that uses these says them."""
REPLACED: Final = NamedNode(f"{PREFIXES['dcterms']}isReplacedBy")
DEFINING: Final = (NamedNode(f"{RDFS}subClassOf"), NamedNode(f"{OWL}equivalentClass"))
PLACE: Final = re.compile(r"\{(\w+)\}")
END: Final = re.compile(r"(“?)\{(\w+)(?:\.(\w+))?\}")
"""A place of a sentence: what is put in, and the property of it whose value is put in its place."""
VOWELS: Final = tuple("aeiouAEIOU")


def is_structure(fact: Fact) -> bool:
    """Tell whether a statement only builds a list or a class expression."""
    return isinstance(fact[0], BlankNode) and getattr(fact[1], "value", "") in STRUCTURE


@dataclass(frozen=True)
class Wording:
    """Words for the terms and statements of a store, in a language, or in English where it lacks them."""

    store: Store
    language: str = "en"

    def text(self, texts: Mapping[str, str]) -> str:
        """Return a text in the language; in English where it has none."""
        return texts.get(self.language, texts["en"])

    def statement(self, fact: tuple[Term | None, ...]) -> str:
        """Return a statement as a sentence without a full stop; a place that is open is `something`."""
        subject, predicate, target = fact
        text = self.axiom(subject, predicate, target)
        if text is None:
            return f"{self.term(subject)}: {self.term(predicate)} {self.term(target)}"
        places: dict[str, Callable[[], str]] = {
            "s": lambda: self.quoted(subject),
            "o": lambda: self.quoted(target),
            "an_s": lambda: self.with_article(subject),
            "an_o": lambda: self.with_article(target),
            "subject": lambda: self.term(subject),
            "object": lambda: self.term(target),
            "chain": lambda: self.text(WORDS["then"]).join(f"“{name}”" for name in self.members(target, 0)),
        }
        return PLACE.sub(lambda place: places[place[1]](), text)

    def sentence(self, fact: tuple[Term | None, ...]) -> str:
        """Return a statement as a plain sentence for readers, without a full stop (`sentences.toml`).

        A deprecated property is worded as the one that replaces it.
        """
        subject, target = fact[0], fact[2]
        predicate = self.current(fact[1]) if isinstance(fact[1], NamedNode) else fact[1]
        name = iri_name(predicate.value) if isinstance(predicate, NamedNode) else ""
        of_class = f"a {iri_name(target.value)}" if isinstance(target, NamedNode) else ""
        if isinstance(target, NamedNode) and self.only_renames(fact):
            return self.text(PLAIN["sentences"]["renamed"]).format(o=self.term(target))
        is_axiom = (
            of_class in AXIOMS or (name in AXIOMS and name != "rdf:type") or isinstance(target, BlankNode)
        )
        if not name or is_axiom or isinstance(subject, BlankNode):
            return self.statement(fact)
        known = PLAIN["sentences"]
        form = known.get(of_class) or known.get(name) or PLAIN["forms"][FORM_OF.get(name, "verb")]
        places = {"s": subject, "o": target, "an_o": target, "label": predicate}

        def shown(place: re.Match[str]) -> str:
            quote, end, way = place.groups()
            if way:
                return quote + self.led_to(places[end], way)
            article = self.article(target) if end == "an_o" else ""
            return quote + article + self.inside(places[end], is_quoted=bool(quote))

        return END.sub(shown, self.text(form))

    def has_own_sentence(self, target: Term | None) -> bool:
        """Tell whether that something is of a class is said in a sentence of its own (`sentences.toml`)."""
        return isinstance(target, NamedNode) and f"a {iri_name(target.value)}" in PLAIN["sentences"]

    def by_definition(self, fact: tuple[Term | None, ...]) -> str:
        """Return a statement as a plain sentence: what meets a class expression is what its class means."""
        subject, predicate, target = fact
        is_type = isinstance(predicate, NamedNode) and predicate.value == RDF_TYPE
        definition = self.defined_by(target) if is_type and isinstance(target, BlankNode) else ""
        form = self.text(PLAIN["sentences"]["rdf:type _"])
        return form.format(s=self.term(subject), definition=definition) if definition else self.sentence(fact)

    def inside(self, term: Term | None, *, is_quoted: bool) -> str:
        """Return a term inside a sentence: a name that is a sentence itself stands in quotation marks."""
        text = term.value if isinstance(term, Literal) else self.term(term)
        return f"“{text}”" if ": " in text and isinstance(term, NamedNode) and not is_quoted else text

    def led_to(self, term: Term | None, way: str) -> str:
        """Return what a term leads to by a property, best in the language; its own name where it does not."""
        found = self.values(term, f"{WIC}{way}")
        found.sort(key=lambda one: getattr(one, "language", None) not in {None, self.language})
        if not found:
            return self.quoted(term)
        first = found[0]
        is_text = isinstance(first, Literal) and bool(first.language)
        text = self.inside(first, is_quoted=False)
        return f"“{text.rstrip('.')}”" if is_text else text

    def defined(self, fact: tuple[Term | None, ...]) -> str:
        """Return the axiom of a class and an expression as the definition of the class."""
        named = [term for term in (fact[0], fact[2]) if isinstance(term, NamedNode)]
        is_definition = len(named) == 1 and fact[1] in DEFINING
        definition = self.definition(named[0]).rstrip(".") if is_definition else ""
        return f"{self.quoted(named[0])}: {definition}" if definition else self.statement(fact)

    def definition(self, term: Term | None) -> str:
        """Return the definition of a class or property, if it has one, in the language or else in another."""
        found = [text for text in self.values(term, f"{SKOS}definition") if isinstance(text, Literal)]
        found.sort(key=lambda one: one.language != self.language)
        return found[0].value if found else ""

    def defined_by(self, expression: BlankNode) -> str:
        """Return the definition of the class that a class expression defines, as part of a sentence."""
        for predicate in DEFINING:
            for subject, target in ((None, expression), (expression, None)):
                for quad in self.store.quads_for_pattern(subject, predicate, target, None):
                    other = quad.subject if target else quad.object
                    text = self.definition(other).rstrip(".") if isinstance(other, NamedNode) else ""
                    if text:
                        return text if text[1:2].isupper() else text[:1].lower() + text[1:]
        return ""

    def axiom(self, subject: Term | None, predicate: Term | None, target: Term | None) -> str | None:
        """Return the sentence for a statement, with places for its ends; None where there is none."""
        if not isinstance(predicate, NamedNode):
            return None
        if isinstance(subject, BlankNode) and predicate.value in STRUCTURE:
            return self.text(WORDS["part"])
        name = iri_name(predicate.value)
        keys = [name]
        if isinstance(target, BlankNode):
            keys.insert(0, f"{name} _")
        if isinstance(subject, BlankNode):
            keys.insert(0, f"_ {name}")
        if isinstance(target, NamedNode) and name == "rdf:type":
            keys.insert(0, f"a {iri_name(target.value)}")
        return next((self.text(AXIOMS[key]) for key in keys if key in AXIOMS), None)

    def term(self, term: Term | None, depth: int = 0) -> str:
        """Return what a term is called."""
        if isinstance(term, NamedNode):
            return self.named(term)
        if isinstance(term, BlankNode):
            return self.expression(term, depth)
        if isinstance(term, Literal):
            return f"“{term.value}”" if term.language else term.value
        return self.text(WORDS["anything"]) if term is None else str(term)

    def quoted(self, term: Term | None) -> str:
        """Return a name in quotation marks, and an expression as it is."""
        return f"“{self.term(term)}”" if isinstance(term, NamedNode) else self.term(term)

    def with_article(self, term: Term | None) -> str:
        """Return a name in quotation marks with the article that its language wants, if any."""
        return f"{self.article(term)}{self.quoted(term)}"

    def article(self, term: Term | None) -> str:
        """Return the article, if any, that the language wants before a name, with a space."""
        if self.language != "en" or not isinstance(term, NamedNode):
            return ""
        return "an " if self.label(term).startswith(VOWELS) else "a "

    def named(self, iri: NamedNode) -> str:
        """Return an IRI as it stands in a sentence: a deprecated term by what replaces it."""
        return self.label(self.current(iri))

    def current(self, iri: NamedNode) -> NamedNode:
        """Return what replaces a deprecated term, or the term itself."""
        return next((term for term in self.values(iri, REPLACED.value) if isinstance(term, NamedNode)), iri)

    def only_renames(self, fact: tuple[Term | None, ...]) -> bool:
        """Tell whether an axiom says no more than that a term has replaced a deprecated one."""
        subject, target = fact[0], fact[2]
        if not isinstance(subject, NamedNode) or not isinstance(target, NamedNode):
            return False
        return subject != target and self.current(subject) == self.current(target)

    def label(self, iri: NamedNode) -> str:
        """Return a label of an IRI in the language, else in another, else its prefixed name."""
        for predicate in LABELS:
            quads = self.store.quads_for_pattern(iri, predicate, None, None)
            labels = sorted(
                {q.object for q in quads if isinstance(q.object, Literal)},
                key=lambda label: (label.language != self.language, str(label)),
            )
            if labels:
                return labels[0].value
        return iri_name(iri.value)

    def expression(self, node: BlankNode, depth: int) -> str:
        """Return a class expression, or a list, in words."""
        if depth > MAX_DEPTH:
            return "…"
        for name, text in EXPRESSIONS.items():
            for value in self.values(node, f"{OWL}{name}")[:1]:
                between = self.text(text["between"]) if "between" in text else ", "
                return self.text(text).format(
                    members=between.join(self.members(value, depth + 1)),
                    value=self.term(value, depth + 1),
                    property=self.restricted(node, "onProperty"),
                    of=self.restricted(node, "onClass"),
                )
        members = ", ".join(self.members(node, depth + 1))
        return members or self.text(WORDS["anything"])

    def restricted(self, node: BlankNode, name: str) -> str:
        """Return the name of what a restriction is on; empty if that has none."""
        named = [term for term in self.values(node, f"{OWL}{name}")[:1] if isinstance(term, NamedNode)]
        return self.named(named[0]) if named else ""

    def members(self, node: Term | None, depth: int) -> Iterator[str]:
        """Yield the members of a list in words."""
        seen: set[Term | None] = set()
        while node != NIL and node not in seen:
            seen.add(node)
            for member in self.values(node, FIRST.value)[:1]:
                yield self.term(member, depth)
            node = next(iter(self.values(node, REST.value)), NIL)

    def values(self, node: Term | None, predicate: str) -> list[Term]:
        """Return what the store says of a node, sorted."""
        if node is None or isinstance(node, Literal | Triple):
            return []
        quads = self.store.quads_for_pattern(node, NamedNode(predicate), None, None)
        return sorted({quad.object for quad in quads}, key=str)
