"""The closure under the rules on Apache Spark, for data that one machine does not hold.

The facts are rows of three numbers, in Parquet, a folder a round: when an executor is lost, its part of a
round is computed again from those before. What the schema premises of rules can match (axioms, lists,
declarations) is small and stays with the native engine, which closes it by itself. The rest of each rule
becomes a join, as there (`schema.py`); joins that differ in constants only are one *shape*, and their
constants a small table that is broadcast. A round joins, for each shape and each of its atoms, the new
facts in the place of that atom with all facts in the places of the others; what the schema gains goes to
the native engine before the next round.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pyoxigraph import Literal
from wicara.graph.errors import Unavailable
from wicara.graph.reasoning.files import (
    Document,
    Result,
    clash_lines,
    proof_line,
    serialize,
    statement_line,
    tables_of,
    to_ntriples,
)
from wicara.graph.reasoning.matching import ILL_TYPED, Inference
from wicara.graph.reasoning.reasoner import MAX_CLASHES, Reasoner, Statement
from wicara.graph.reasoning.rules import Pattern, is_variable
from wicara.graph.reasoning.schema import Match, templates
from wicara.graph.reasoning.spark_joins import Growth, Shape, SparkJoin, constants, shape_of, without_renaming
from wicara.graph.reasoning.tables import pack
from wicara.ontology import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from pyspark.sql import SparkSession
    from wicara.graph.reasoning.joins import Slot
    from wicara.graph.reasoning.schema import Template
    from wicara.graph.reasoning.spark_joins import Places
    from wicara.graph.reasoning.tables import Ints

FACT: Final = "STRUCT<s: LONG, p: LONG, o: LONG>"
ROWS: Final = "s LONG, p LONG, o LONG"
PROOFS: Final = f"{ROWS}, j LONG, premises ARRAY<{FACT}>"
"""A conclusion with the join of its first proof and the facts that it joined; a join below 0 is the native
engine's fact of number -1 - j."""
COUNT: Final = "SELECT p, IF(p = {kind}, o, NULL), COUNT(*) FROM new GROUP BY ALL"
PARTITION: Final = 2_000_000
"""How many facts a task of a shuffle is to have."""
LARGE: Final = 2_000_000
"""From how many facts on a round is planned anew between its stages, and its code is compiled."""
MAX_FILTER: Final = 200
"""How many predicates a scan is told to look for, at most."""


class SparkClosure:
    """The closure of the triples of a document, on a Spark session."""

    def __init__(self, spark: SparkSession, document: Document, work: Path, *, proofs: bool) -> None:
        """Take a session, premises, and a folder that all executors reach."""
        is_literal = np.array([isinstance(term, Literal) for term in document.terms], np.bool_)
        order = np.argsort(is_literal, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        self.premises = rank[document.rows]
        self.literals = int(len(order) - is_literal.sum()), len(order) - 1
        self.native = Reasoner.of_terms(document.terms[number] for number in order.tolist())
        self.spark, self.work, self.proofs = spark, work, proofs
        self.layout = PROOFS if proofs else ROWS
        self.kind = self.native.number_of_iri(RDF_TYPE)
        self.templates = [without_renaming(template) for template in templates(self.native.rules)]
        self.axioms, self.declarations = self.schema_terms()
        self.total = Growth(self.kind)
        self.fit_to_size()
        self.rounds = 0
        self.joins: list[SparkJoin] = []
        self.shapes: defaultdict[Shape, list[int]] = defaultdict(list)
        self.places: dict[SparkJoin, int] = {}
        self.concluded = np.empty((0, 4), np.int64)

    def schema_terms(self) -> tuple[frozenset[int], frozenset[int]]:
        """Return the predicates that schema premises name, and the classes in those that are types."""
        patterns = [p for template in self.templates for p in template.schema if isinstance(p, Pattern)]
        number = self.native.number_of_iri
        axioms = {number(pattern.predicate) for pattern in patterns if pattern.predicate != RDF_TYPE}
        lists = {self.native.engine.schema.first, self.native.engine.schema.rest}
        declarations = {number(pattern.object) for pattern in patterns if pattern.predicate == RDF_TYPE}
        return frozenset(axioms | lists), frozenset(declarations)

    # Rounds.

    def close(self) -> None:
        """Close the premises under the rules."""
        grown = self.save(self.stage_rows(self.premises), len(np.unique(self.premises, axis=0)))
        while grown.size:
            self.total += grown
            self.extend_schema(grown)
            fresh = self.compile()
            self.fit_to_size()
            candidates = [*self.conclusions(grown, fresh)]
            if len(self.concluded):
                candidates.append(self.stage_rows(self.concluded))
            if not candidates:
                return
            grown = self.save(self.new_among(candidates))

    def save(self, query: str, expected: int | None = None) -> Growth:
        """Write the facts of a round and return how many they are; raises Unavailable if some are missing.

        They are the table `new`, all so far are `facts`.
        """
        self.spark.sql(query).write.parquet(str(self.work / f"round-{self.rounds}"))
        self.rounds += 1
        for name, first in (("new", self.rounds - 1), ("facts", 0)):
            self.view(name, first)
        grown = Growth(self.kind)
        for predicate, kind, count in self.spark.sql(COUNT.format(kind=self.kind)).collect():
            grown.by_predicate[predicate] += count
            if kind is not None:
                grown.by_class[kind] += count
        if expected is not None and grown.size != expected:
            raise Unavailable(f"not every executor reaches {self.work}: name a shared folder with --work.")
        return grown

    def view(self, name: str, first: int) -> None:
        """Name the facts of the rounds from one on."""
        paths = [str(self.work / f"round-{number}") for number in range(first, self.rounds)]
        self.spark.read.schema(self.layout).parquet(*paths).createOrReplaceTempView(name)

    def fit_to_size(self) -> None:
        """Set how Spark plans the next round: what pays for many facts takes longer for a few."""
        size, cores = self.total.size, self.spark.sparkContext.defaultParallelism
        tasks = max(cores, size // PARTITION) if size > LARGE else 1
        self.spark.conf.set("spark.sql.shuffle.partitions", tasks)
        self.spark.conf.set("spark.sql.files.minPartitionNum", tasks)
        self.spark.conf.set("spark.sql.files.openCostInBytes", 1 << 16)
        self.spark.conf.set("spark.sql.codegen.factoryMode", "FALLBACK" if size > LARGE else "NO_CODEGEN")
        for name in ("spark.sql.adaptive.enabled", "spark.sql.codegen.wholeStage"):
            self.spark.conf.set(name, size > LARGE)

    def stage_rows(self, rows: Ints) -> str:
        """Write rows of numbers to a file; return a query of each once: three, and the join of its proof."""
        path = self.work / f"rows-{self.rounds}.txt"
        path.write_text("\n".join(" ".join(map(str, row)) for row in rows.tolist()), encoding="ascii")
        name = f"rows_{self.rounds}"
        self.spark.read.schema(f"{ROWS}, j LONG").csv(str(path), sep=" ").createOrReplaceTempView(name)
        proof = f", j, CAST(array() AS ARRAY<{FACT}>) AS premises" if self.proofs else ""
        return f"SELECT DISTINCT s, p, o{proof} FROM {name}"  # noqa: S608 - names of this module

    def new_among(self, candidates: Sequence[str]) -> str:
        """Return a query of each candidate once that is no fact yet."""
        rows = " UNION ALL ".join(candidates)
        first = ", min(struct(j, premises)) AS proof" if self.proofs else ""
        once = f"SELECT s, p, o{first} FROM ({rows}) GROUP BY s, p, o"  # noqa: S608 - as below
        columns = "s, p, o, proof.j, proof.premises" if self.proofs else "s, p, o"
        return f"SELECT {columns} FROM ({once}) LEFT ANTI JOIN facts USING (s, p, o)"  # noqa: S608 - of numbers

    # The schema, with the native engine.

    def is_schema(self, atom: Places) -> bool:
        """Tell whether the native engine holds every fact that fits an atom."""
        _, predicate, target = atom
        return predicate in self.axioms or (predicate == self.kind and target in self.declarations)

    def extend_schema(self, grown: Growth) -> None:
        """Hand what the schema gained in the last round to the native engine, and note what it concludes."""
        self.concluded = self.concluded[:0]
        axioms = [number for number in grown.by_predicate if number in self.axioms]
        declarations = [number for number in grown.by_class if number in self.declarations]
        if not axioms and not declarations:
            return
        query = f"SELECT s, p, o FROM new WHERE {among('p', axioms)}"  # noqa: S608 - numbers
        if declarations:
            query += f" OR p = {self.kind} AND {among('o', declarations)}"
        rows = [tuple(row) for row in self.spark.sql(query).collect()]
        engine = self.native.engine
        before = engine.facts.size
        new = {}
        for table, pairs in tables_of(np.array(rows, np.int64)).items():
            _, there = engine.tables[table].by_subject.find(pack(pairs[:, 0], pairs[:, 1]))
            new[table] = pairs[~there]
        self.native.add_tables(new)
        numbers = engine.facts.numbers(asserted=False)
        numbers = numbers[numbers >= before]
        columns = (engine.facts.subjects, engine.facts.tables, engine.facts.objects)
        self.concluded = np.stack([*(column.values[numbers] for column in columns), -1 - numbers], axis=1)

    def compile(self) -> set[int]:
        """Note the joins of the rules with the schema as it is, and return those that are new."""
        before = len(self.joins)
        for join in self.compiled():
            if join._replace(schema=()) not in self.places:
                self.places[join._replace(schema=())] = len(self.joins)
                self.shapes[shape_of(join)].append(len(self.joins))
                self.joins.append(join)
        return set(range(before, len(self.joins)))

    def compiled(self) -> Iterator[SparkJoin]:
        """Yield the joins of the rules that the native engine does not do by itself."""
        for template in self.templates:
            for match in self.native.engine.schema.matches(template.schema, template.rule, Match({})):
                join = self.join(template, match)
                named = {place for atom in join.atoms for place in atom}
                is_bound = all(
                    not isinstance(place, str) or place in named for head in join.heads for place in head
                )
                if is_bound and not all(map(self.is_schema, join.atoms)):
                    yield join

    def join(self, template: Template, match: Match) -> SparkJoin:
        """Return the join of a rule for one match of its schema premises."""

        def slot(term: str) -> Slot:
            found = match.bindings.get(term, term) if is_variable(term) else self.native.number_of_iri(term)
            return found if isinstance(found, str) else int(found)

        def places(pattern: Pattern) -> Places:
            return slot(pattern.subject), slot(pattern.predicate), slot(pattern.object)

        return SparkJoin(
            template.place,
            tuple(map(int, match.facts)),
            tuple(map(places, (*template.data, *match.patterns))),
            tuple(map(places, template.rule.conclusions)),
            tuple((test.name, tuple(map(slot, test.variables))) for test in template.rule.tests),
        )

    # Joins, as queries.

    def conclusions(self, grown: Growth, fresh: Collection[int]) -> Iterator[str]:
        """Yield what follows by each shape from the last round's facts, and by fresh joins from all."""
        for shape, numbers in self.shapes.items():
            if not shape.heads:
                continue
            known = [number for number in numbers if number not in fresh]
            for place in range(len(shape.atoms)):
                yield from self.heads(shape, self.possible(known, place, grown), place, "new")
            yield from self.of_all(shape, [number for number in numbers if number in fresh])

    def of_all(self, shape: Shape, numbers: Sequence[int]) -> Iterator[str]:
        """Yield what follows by some joins of a shape from all facts."""
        chosen = self.possible(numbers, 0, self.total)
        if chosen:
            sizes = [
                sum(self.total.of(self.joins[number].atoms[place]) for number in chosen)
                for place in range(len(shape.atoms))
            ]
            yield from self.heads(shape, chosen, sizes.index(min(sizes)), "facts")

    def possible(self, numbers: Iterable[int], place: int, grown: Growth) -> list[int]:
        """Return the joins that some facts may fit, in the place of one atom, and any in the others."""
        return [
            number
            for number in numbers
            if grown.of(self.joins[number].atoms[place])
            and all(self.total.of(atom) for atom in self.joins[number].atoms)
        ]

    def heads(self, shape: Shape, numbers: Sequence[int], place: int, table: str) -> Iterator[str]:
        """Yield the conclusions of some joins of a shape; of one without heads, its rows.

        The facts of a table are in the place of one atom.
        """
        rows, columns = self.rows(shape, numbers, place, table) if numbers else ("", {})
        if not rows:
            return
        used = (f"struct(f{n}.s, f{n}.p, f{n}.o)" for n in range(len(shape.atoms)))
        proof = f"k.j, array({', '.join(used)}) AS premises"
        if not shape.heads:
            yield f"(SELECT {proof} FROM {rows} LIMIT {MAX_CLASHES * len(numbers)})"  # noqa: S608 - as below
        for head, is_reflexive in zip(shape.heads, shape.reflexive, strict=True):
            subject, predicate, target = (columns[place] for place in head)
            found = f"SELECT {subject} AS s, {predicate} AS p, {target} AS o"
            if self.proofs:
                found = f"{found}, {proof}"
            tables = sorted(self.native.engine.vocabulary.reflexive)
            is_trivial = f"{subject} = {target} AND {among(predicate, tables)}"
            yield f"{found} FROM {rows}" + ("" if is_reflexive else f" WHERE NOT ({is_trivial})")

    def rows(
        self, shape: Shape, numbers: Sequence[int], place: int, table: str
    ) -> tuple[str, dict[str, str]]:
        """Return what a query selects the solutions of some joins of a shape from, and each place's column.

        Tables `f0` and so on are the facts, `k` has the parameters, `j` is the join. It is empty where no
        literal passes the tests.
        """
        values = [(number, *constants(self.joins[number])) for number in numbers]
        names = [f"k{n}" for n in range(len(values[0]) - 1)]
        columns = {name: f"k.{name}" for name in names}
        rows = table_of(values, "k", "j", *names)
        left = list(range(len(shape.atoms)))
        while left:
            left.remove(place)
            conditions = self.fitting(place, [self.joins[number].atoms[place] for number in numbers])
            for name, slot in zip("spo", shape.atoms[place], strict=True):
                if slot in columns:
                    conditions.append(f"f{place}.{name} = {columns[slot]}")
                else:
                    columns[slot] = f"f{place}.{name}"
            rows += f" JOIN {table} AS f{place} ON {' AND '.join(conditions) or 'true'}"
            place = max(left, key=lambda n: sum(slot in columns for slot in shape.atoms[n]), default=-1)
            table = "facts"
        return self.passing(rows, shape, columns), columns

    def fitting(self, place: int, atoms: Sequence[Places]) -> list[str]:
        """Return the conditions by which a scan may pass over facts that fit none of some atoms."""
        conditions = []
        for name, at in (("p", 1), ("o", 2)):
            wanted = {place for place in (atom[at] for atom in atoms) if not isinstance(place, str)}
            if len(wanted) <= MAX_FILTER and not isinstance(atoms[0][at], str):
                conditions.append(among(f"f{place}.{name}", wanted))
        return conditions

    def passing(self, rows: str, shape: Shape, columns: dict[str, str]) -> str:
        """Return the rows that pass the tests of a shape, which look at literals; empty where none can."""
        for number, (name, places) in enumerate(shape.tests):
            one, two = (columns[place] for place in places)
            first, last = self.literals
            query = f"SELECT DISTINCT {one}, {two} FROM {rows} WHERE {one} BETWEEN {first} AND {last}"  # noqa: S608
            pairs = [tuple(row) for row in self.spark.sql(query).collect()]
            ones, twos = np.array(pairs, np.int64).reshape(-1, 2).T
            passed = self.native.engine.vocabulary.tests[name](ones, twos)
            if not passed.any():
                return ""
            values = np.stack([ones[passed], twos[passed]], axis=1).tolist()
            rows += f" JOIN {table_of(values, f't{number}', 'x', 'y')}"
            rows += f" ON {one} = t{number}.x AND {two} = t{number}.y"
        return rows

    # What is told of it.

    def inferred(self) -> Ints:
        """Return the conclusions as rows of three numbers."""
        if self.rounds == 1:
            return np.empty((0, 3), np.int64)
        path = self.work / "inferred"
        self.view("concluded", 1)
        self.spark.sql("SELECT s, p, o FROM concluded").write.csv(str(path), sep=" ")
        text = "\n".join(part.read_text("ascii") for part in sorted(path.glob("part-*")))
        return np.array(text.split(), np.int64).reshape(-1, 3)

    def statement(self, row: Sequence[int]) -> Statement:
        """Return a row of three numbers as terms."""
        return Statement(*(self.native.terms[number] for number in row))

    def inference(self, number: int, premises: Iterable[Sequence[int]], conclusion: Any) -> Inference:  # noqa: ANN401
        """Return a step by the join and the facts joined."""
        join = self.joins[number]
        schema = map(self.native.statement, join.schema)
        return Inference(
            self.native.rules[join.rule].name, (*schema, *map(self.statement, premises)), conclusion
        )

    def contradictions(self) -> Iterator[Inference]:
        """Yield the contradictions: of the schema, of rules without heads, of literals without a value."""
        yield from (clash for clash in self.native.contradictions() if clash.rule != ILL_TYPED)
        clashes = [
            query
            for shape, numbers in self.shapes.items()
            if not shape.heads
            for query in self.of_all(shape, numbers)
        ]
        for join, premises in self.spark.sql(" UNION ALL ".join(clashes)).collect() if clashes else ():
            yield self.inference(join, premises, None)
        ill_typed = sorted(self.native.ill_typed_terms)
        if ill_typed:
            query = f"SELECT min(s), p, o FROM facts WHERE {among('o', ill_typed)} GROUP BY p, o"  # noqa: S608
            for row in self.spark.sql(query).collect():
                yield Inference(ILL_TYPED, (self.statement(row),), None)

    def proof_lines(self) -> Iterator[str]:
        """Yield the first proof of each conclusion as a line of JSON, after those of its premises."""

        def line(fact: Iterable[Any]) -> str:
            return statement_line(map(to_ntriples, fact))

        for number in range(1, self.rounds):
            path = str(self.work / f"round-{number}")
            rows = self.spark.read.schema(self.layout).parquet(path).collect()
            for s, p, o, join, used in sorted(rows, key=lambda row: (row["j"] >= 0, abs(row["j"]))):
                conclusion = self.statement((s, p, o))
                step = (
                    self.native.first_inference(-1 - join)
                    if join < 0
                    else self.inference(join, used, conclusion)
                )
                if step is not None:
                    yield proof_line(line(conclusion), step.rule, map(line, step.premises))


def among(column: str, numbers: Iterable[int]) -> str:
    """Return the condition that a column is one of some numbers."""
    return f"{column} IN ({', '.join(map(str, sorted(numbers))) or 'NULL'})"


def table_of(rows: Iterable[Sequence[int]], name: str, *columns: str) -> str:
    """Return a few rows of numbers as a table of a query."""
    values = ", ".join(f"({', '.join(f'{number}L' for number in row)})" for row in rows)
    return f"(VALUES {values}) AS {name}({', '.join(columns)})"


def close(spark: SparkSession, document: Document, work: Path, *, proofs: bool) -> Result:
    """Return what follows from a document, as `wicara.graph.reasoning.files.native` does."""
    closure = SparkClosure(spark, document, work, proofs=proofs)
    closure.close()
    return Result(
        inferred=serialize(closure.native.terms, closure.inferred()),
        proofs="".join(closure.proof_lines()).encode() if proofs else b"",
        contradictions=clash_lines(closure.contradictions()),
    )
