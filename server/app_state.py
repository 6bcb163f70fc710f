"""What an app serves at the moment, and what a request asks of it: `infer=on|off` and the language."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from flask import current_app, g, has_app_context, request
from wicara.graph.store import new_digest
from wicara.server import build_cache
from wicara.server.http.problems import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from flask import Flask, Response
    from pyoxigraph import Quad, Store
    from wicara.graph.store import BuiltDataset
    from wicara.server.settings import Settings

Read = TypeVar("Read")

INFER: Final = {"on": True, "off": False}
EXTENSION: Final = "wicara"
VERSION_HEADER: Final = "Wicara-Version"
"""How a response tells the process in front which version its write has made."""


@dataclass
class Served:
    """The dataset of an app, and how it is served. After a swap the next request gets the new dataset."""

    dataset: BuiltDataset
    settings: Settings
    per_version: dict[object, tuple[str, object]] = field(default_factory=dict)
    folder: Path | None = None
    """What all processes of a server use: here they cache what they find of a dataset that is no build."""


def serve_dataset(app: Flask, dataset: BuiltDataset, settings: Settings) -> None:
    """Make a dataset the one that an app serves, with what the code of now, and of no update, finds."""
    build_cache.code()
    app.extensions[EXTENSION] = Served(dataset, settings)


def swap(app: Flask, dataset: BuiltDataset) -> None:
    """Serve another dataset from the next request on."""
    app.extensions[EXTENSION].dataset = dataset


def renew_version(response: Response) -> Response:
    """Give the dataset, which this request has changed, a new version, and tell it in the response."""
    served = current_app.extensions[EXTENSION]
    served.dataset = replace(served.dataset, digest=new_digest())
    response.headers[VERSION_HEADER] = served.dataset.digest
    return response


def dataset() -> BuiltDataset:
    """Return the dataset of this request."""
    if "dataset" not in g:
        g.dataset = current_app.extensions[EXTENSION].dataset
    return cast("BuiltDataset", g.dataset)


def per_version(read: Callable[[BuiltDataset], Read]) -> Read:
    """Return what a function reads from this request's dataset; it is called once per version of that."""
    return remembered(read, lambda: read(dataset()))


def per_inference(read: Callable[[Store], Read]) -> Read:
    """Return what a function reads from this request's store: once per version and `infer`."""
    return remembered((read, infer()), lambda: read(store()))


def remembered(key: object, read: Callable[[], Read]) -> Read:
    """Return what was read under a key from this version of the dataset, or read it."""
    values = current_app.extensions[EXTENSION].per_version
    digest, value = values.get(key, ("", None))
    if digest != dataset().digest:
        digest, value = values[key] = (dataset().digest, read())
    return cast("Read", value)


def cached(name: str, find: Callable[[BuiltDataset], object], read: Callable[[Any], Read]) -> Read:
    """Return what is found in this version, as JSON that `read` takes: cached for all processes."""
    return remembered(
        (cached, name), lambda: read(build_cache.cached_value(dataset(), name, find, cache_folder()))
    )


def cache_folder() -> Path | None:
    """Return the folder that all processes of the server use; None where there is one process."""
    return cast("Served", current_app.extensions[EXTENSION]).folder


def settings() -> Settings:
    """Return how the app of this request is set up."""
    return cast("Settings", current_app.extensions[EXTENSION].settings)


def infer_of(values: Sequence[str]) -> bool:
    """Return whether conclusions are wanted; raises Problem 400 for anything but one `on` or `off`."""
    if not values:
        return True
    if len(values) > 1 or values[0] not in INFER:
        raise bad_request("Parameter `infer` must be `on` or `off` and may be given once.")
    return INFER[values[0]]


def infer() -> bool:
    """Return whether this request wants conclusions."""
    return infer_of(request.args.getlist("infer"))


def count_query() -> None:
    """Count a query or a look-up for the request that is under way, if one is."""
    if has_app_context():
        g.queries = queries() + 1


def queries() -> int:
    """Return how many queries and look-ups this request has made so far."""
    return int(g.get("queries", 0))


class Counted:
    """A store that counts the queries and look-ups that are made of it."""

    def __init__(self, store: Store) -> None:
        """Count what is asked of a store."""
        self.store = store

    def query(self, query: str, **options: Any) -> object:  # noqa: ANN401 - the store's own
        """Answer a query."""
        count_query()
        return self.store.query(query, **options)

    def quads_for_pattern(self, *pattern: Any) -> Iterator[Quad]:  # noqa: ANN401 - the store's own
        """Look a pattern up."""
        count_query()
        return self.store.quads_for_pattern(*pattern)

    def __getattr__(self, name: str) -> object:
        """Do anything else as the store does."""
        return getattr(self.store, name)

    def __len__(self) -> int:
        """Return how many quads the store holds."""
        return len(self.store)

    def __iter__(self) -> Iterator[Quad]:
        """Yield the quads of the store."""
        return iter(self.store)


def store() -> Store:
    """Return the store that answers this request; what is asked of it is counted."""
    return watched(dataset().for_inference(infer()))


def watched(one: Store) -> Store:
    """Return a store as one of which it is counted what this request asks."""
    return cast("Store", Counted(one))
