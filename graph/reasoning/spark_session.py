"""A Spark session for one closure: what it lacks is said in clear words, and it ends with the command."""

from __future__ import annotations

import logging
import os
import re
import shutil
import signal
import socket
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import Unavailable

with suppress(ModuleNotFoundError):  # an extra: `wicara.graph.reasoning.files` says where it is missing
    from py4j.protocol import Py4JError, Py4JNetworkError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PATIENCE: Final = 300
"""How many seconds a cluster may take to start a first task."""
REACHED: Final = 10
"""How many seconds a master may take to accept a connection."""
MASTERS: Final = re.compile(r"local(-cluster)?(\[.+\])?|(spark|k8s)://.+|yarn")
STANDALONE: Final = re.compile(r"spark://(?P<hosts>[^/]+:\d+)")
SETTINGS: Final = {
    "spark.app.name": "wicara reason",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
ON_THIS_MACHINE: Final = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
LOG: Final = """\
appender.none.type = Null
appender.none.name = none
rootLogger.level = off
rootLogger.appenderRef.none.ref = none
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = off
"""
"""What Spark has to say of a fault reaches this process as an exception."""
NO_JAVA: Final = "Spark needs Java 8, 11 or 17, and there is none: set JAVA_HOME, or put java into the PATH."
NO_MEMORY: Final = (
    "Spark ran out of memory: give it more, as with --conf spark.driver.memory=4g (which is all of it for a "
    "local master) or --conf spark.executor.memory=4g."
)


@contextmanager
def session(
    master: str, settings: Mapping[str, str], work: Path | None
) -> Iterator[tuple[SparkSession, Path]]:
    """Yield a session and a new folder for its files; both are gone in the end. Raises Unavailable."""
    check_java()
    check_master(master)
    with TemporaryDirectory(prefix="wicara-spark-", dir=work, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "log4j2.properties").write_text(LOG, encoding="ascii")
        options = {
            **SETTINGS,
            **(ON_THIS_MACHINE if master.startswith("local") else {}),
            "spark.local.dir": name,
            "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}",
            **settings,
        }
        handler, level = signal.getsignal(signal.SIGINT), logging.root.manager.disable
        logging.disable()  # py4j logs what it raises, Ctrl-C too
        try:
            spark = SparkSession.builder.master(master).config(map=dict(options)).getOrCreate()
            if current_thread() is main_thread():  # pyspark's handler makes a failed job of Ctrl-C
                signal.signal(signal.SIGINT, handler)
            try:
                if not master.startswith("local["):
                    check_workers(spark, master)
                yield spark, folder
            finally:
                with suppress(*faults()):  # its Java process ends with this one in any case
                    spark.stop()
        except faults() as fault:
            raise Unavailable(failure_text(fault)) from fault
        finally:
            logging.disable(level)


def faults() -> tuple[type[Exception], ...]:
    """Return what Spark raises, and what its Java process does when it has ended."""
    return Py4JError, PySparkException, ConnectionError


def check_java() -> None:
    """Raise Unavailable if there is no Java."""
    home = os.environ.get("JAVA_HOME")
    if shutil.which(Path(home, "bin", "java") if home else "java") is None:
        raise Unavailable(NO_JAVA)


def check_master(master: str) -> None:
    """Raise Unavailable for what is no master, and if no standalone one takes a connection."""
    if not MASTERS.fullmatch(master):
        raise Unavailable(
            f"{master} is no master of Spark, such as local[2], spark://HOST:7077, k8s://HOST or yarn."
        )
    named = STANDALONE.fullmatch(master)
    for host in named["hosts"].split(",") if named else ():
        name, _, port = host.rpartition(":")
        try:
            socket.create_connection((name, int(port)), timeout=REACHED).close()
        except (OSError, ValueError) as fault:
            reason = getattr(fault, "strerror", None) or fault
        else:
            return
    if named:
        raise Unavailable(f"no Spark master answers at {master}: {reason}")


def check_workers(spark: SparkSession, master: str) -> None:
    """Raise Unavailable if no worker takes up a task in time."""

    def start_task() -> None:
        with suppress(Exception):  # what comes next meets it too; nothing does where the session is stopped
            spark.range(1).collect()

    probe = Thread(target=start_task, daemon=True)
    probe.start()
    probe.join(PATIENCE)
    if probe.is_alive():
        raise Unavailable(f"no worker of {master} has started a task within {PATIENCE} seconds.")


def failure_text(fault: Exception) -> str:
    """Return what Spark failed of."""
    text = str(fault)
    if "OutOfMemoryError" in text or "Java heap space" in text or "GC overhead" in text:
        return NO_MEMORY
    if isinstance(fault, Py4JNetworkError | ConnectionError):
        return f"the Java process of Spark has ended. {NO_MEMORY}"
    causes = [line for line in text.splitlines() if "Exception" in line or "Error" in line]
    return f"Spark: {(causes or text.splitlines() or [repr(fault)])[0].strip()}"
