"""What every page has around its content: the ways to the parts of the site, and the scripts it may load."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import url_for
from markupsafe import Markup
from wicara.server.site.language import WORDS

if TYPE_CHECKING:
    from flask import Flask

BUILT: Final = Path(__file__).parent.parent / "static" / "built"


def install(app: Flask) -> None:
    """Give the templates of an app what the layout needs."""
    app.jinja_env.globals.update(parts=WORDS["parts"], script=script)


@cache
def is_built(name: str) -> bool:
    """Tell whether a script has been built; without npm there is none, and the pages do without."""
    return (BUILT / f"{name}.js").is_file()


def script(name: str) -> Markup:
    """Return the element that loads a script of `web/entries`, or nothing where it is not built."""
    if not is_built(name):
        return Markup("")
    address = url_for("static", filename=f"built/{name}.js")
    return Markup('<script type="module" src="{}"></script>').format(address)
