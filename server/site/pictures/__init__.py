"""The pictures of the graph: timeline, network, map and figures, each with its text and its data."""

from wicara.server.site.pictures import figures, network, timeline
from wicara.server.site.pictures import map as map_

__all__ = ["figures", "map_", "network", "timeline"]
