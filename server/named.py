"""What the interface calls things that the code has keys for."""

from __future__ import annotations

from typing import Final

from wicara.server.site.language import lazy_gettext as _

TOLD: Final = {
    "kind": _("kind"),
    "modality": _("modality"),
    "confidence": _("confidence"),
    "method": _("method"),
    "wording": _("wording"),
    "who": _("said by"),
    "possibly": _("possibly by"),
    "basis": _("attribution"),
    "derived": _("derived from"),
    "source": _("source"),
}
"""What a fact graph says of itself."""
MARKS: Final = {
    "ontology": _("Ontology"),
    "vocabulary": _("vocabulary"),
    "editorial": _("editorial"),
    "source-description": _("source description"),
    "provenance": _("provenance"),
    "content": _("What is said (not asserted here)"),
}
"""The graphs that have no evidence of their own."""
EVIDENCE: Final = {
    "inferred": _("inferred"),
    "background": _("background"),
    "characters": _("characters"),
    "copy": _("read it in the published copy (it may have moved)"),
}
"""What is said where evidence is shown."""
EXPORTS: Final = {
    "all": _("the default graph and every named graph"),
    "asserted": _("what is accepted, without what follows"),
    "default": _("what is accepted and what follows from it"),
    "facts": _("each fact's statements with their evidence (RDF 1.2)"),
    "inferred": _("only what follows"),
    "ontology": _("the classes and properties"),
}
"""The parts of the dataset."""
GROUNDS: Final = {
    "entities": _("an editor's choice"),
    "ontology": _("the ontology"),
    "prov": _("provenance"),
    "source": _("the description of the source"),
    "vocab": _("the vocabulary"),
}
"""What a step of a proof may rest on, besides facts and background."""
VERDICTS: Final = {
    "asserted": _("Asserted: it stands in the graphs below."),
    "inferred": _(
        "Inferred: nobody wrote it down, it follows. Each step opens down to the words it rests on."
    ),
    "neither": _(
        "Neither asserted nor inferred: the dataset does not say so; that is not to say it is false."
    ),
}
"""What an explanation says first."""
PLACES: Final = {"subject": _("Subject"), "predicate": _("Predicate"), "object": _("Object")}
"""The places of a statement."""
OUTCOMES: Final = {
    "passed": _("passed"),
    "failed": _("failed"),
    "cantTell": _("cannot tell"),
    "inapplicable": _("not applicable"),
    "untested": _("not tested"),
}
"""The outcomes of a test, as EARL names them."""
CERTAINTIES: Final = {
    "certain": _("certain"),
    "possible": _("possible"),
    "ruled-out": _("ruled out"),
    "to-come": _("still to begin"),
}
"""Whether something holds on a day, as far as the bounds of its time tell."""
