"""What the editor's script says, in words that are looked up when a page is made."""

from __future__ import annotations

from typing import Final

from wicara.server.site.language import lazy_gettext as _

WORDS: Final = {
    "editor": _("Query in SPARQL; Escape and then Tab leaves it"),
    "tab": _("Query"),
    "kept": _("This browser keeps no more: what you write now is lost when the page is left."),
    "running": _("The query is running."),
    "stopped": _("Stopped: the server has been told."),
    "failed": _("The server could not be reached."),
    "broken": _("The server stopped before the end: these are the rows that had come by then."),
    "unfit": _("This cannot stand here"),
    "cut": _("Only the first rows were fetched. The downloads hold all."),
    "capped": _("The server cut the result at its limit."),
    "rows": _("Rows"),
    "statements": _("Statements"),
    "time": _("Milliseconds"),
    "yes": _("Yes"),
    "no": _("No"),
    "nothing": _("The dataset has no answer."),
    "table": _("Table"),
    "timeline": _("Timeline"),
    "network": _("Network"),
    "chart": _("Chart"),
    "map": _("Map"),
    "raw": _("Raw"),
    "download": _("Download"),
    "previous": _("previous page"),
    "next": _("next page"),
    "sort": _("Sort by"),
    "all": _("Show the columns of labels too"),
    "copied": _("Copied."),
    "copy": _("Copy it by hand: it is selected."),
    "from": _("From"),
    "to": _("To"),
    "value": _("Value"),
    "certain": _("certain"),
    "shown": _("Shown here"),
    "in_table": _("The table holds the same."),
    "class": _("class"),
    "property": _("property"),
    "concept": _("concept"),
    "uses": _("uses"),
    "subject": _("Subject"),
    "predicate": _("Predicate"),
    "object": _("Object"),
}
"""By the names that the script calls them."""
