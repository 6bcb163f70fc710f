"""Tools for agents: few and plain, over HTTP at /tools and by the Model Context Protocol."""

import tomllib
from pathlib import Path
from typing import Any, Final

TABLE: Final[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("tools.toml").read_text("utf-8"))
"""The tools, their parameters, and what each outcome says."""
