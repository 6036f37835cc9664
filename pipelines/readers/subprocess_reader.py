"""Reads workbooks and Parquet in a child process, so that a damaged or hostile file costs only itself.

Such a file can make the reading library panic, loop, or use up the memory. The parent sends one pickle (reader, path, table,
seconds); the child answers with one per batch, then with None or the Refusal. It ends with its parent, whose pipe closes.
Not here: formats.
"""

from __future__ import annotations

import atexit
import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from threading import Timer
from typing import Any, BinaryIO

from contracts.errors import HubError
from contracts.model import Table
from pipelines.ingest.refusals import Refusal
from pipelines.readers.batch import Batch

ROOT = Path(__file__).parents[2]
MEMORY = 6 << 30  # address space in bytes; a sheet of 1,048,576 rows and 20 columns takes about half of it
SECONDS = 900  # of CPU time for a file, and of waiting for one batch
SMALL = 16 << 20  # bytes; after a file up to this size the process may read the next one
FILES = 100  # read by one process: what libraries leave of each file adds up to the limit of the address space
CHILD = "from pipelines.readers.subprocess_reader import serve; serve()"

Reader = Callable[[Path, Table], Iterator[Batch]]


def by_child(read: Reader) -> Reader:
    """`read` (a module-level function), run in a child process; it may also raise Refusal("exhausting")."""

    def read_in_child(path: Path, table: Table) -> Iterator[Batch]:
        count = 0
        if _idle:
            try:
                for batch in _read(_idle.pop(), read, path, table):
                    yield batch
                    count += 1
                return
            except HubError as error:  # perhaps for memory that earlier files used: try a new process
                if isinstance(error, Refusal) and error.rule != "exhausting":
                    raise
        yield from islice(_read(ReaderProcess(), read, path, table), count, None)

    return read_in_child


def _read(child: ReaderProcess, read: Reader, path: Path, table: Table) -> Iterator[Batch]:
    small = path.stat().st_size <= SMALL
    try:
        yield from child.batches(read, path, table)
    finally:
        if child.is_done and small and child.files < FILES:
            _idle.append(child)
        else:
            child.close()


class ReaderProcess:
    """A child that reads one file after the other. `is_done`: it is idle; `files`: the number of files it was sent."""

    def __init__(self) -> None:
        self.files = 0
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(MEMORY)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's last words may quote a cell
            start_new_session=True,  # not ended by the terminal: its exit status must tell about the file
        )
        self.is_done = False

    def batches(self, read: Reader, path: Path, table: Table) -> Iterator[Batch]:
        self.is_done = False
        self.files += 1
        try:
            _send(self._process.stdin, (read, path.absolute(), table, SECONDS))
            while (answer := self._answer()) is not None:
                if isinstance(answer, Refusal):
                    self.is_done = True
                    raise answer
                yield answer
            self.is_done = True
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            if (status := self._process.wait()) >= 0:
                raise HubError(
                    f"the process that reads files ended with status {status}",
                    where=path.name,
                    remedy="run `hub doctor`; keep the file for the hub's developers",
                ) from None
            raise _exhausting(path) from None

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        patience = Timer(SECONDS, self._process.kill)
        patience.start()
        try:
            return pickle.load(self._process.stdout)
        finally:
            patience.cancel()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


_idle: list[ReaderProcess] = []


@atexit.register
def _close_idle() -> None:
    while _idle:
        _idle.pop().close()


def serve() -> None:
    """Run the child's loop until the parent closes the pipe."""
    _limit(resource.RLIMIT_AS, int(sys.argv[1]))
    _limit(resource.RLIMIT_CORE, 0)  # a dump would hold the file's rows
    answers = sys.stdout.buffer
    while True:
        try:
            read, path, table, seconds = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + seconds)
        try:
            for batch in read(path, table):
                _send(answers, batch)
            _send(answers, None)
        except Refusal as refusal:
            _send(answers, refusal)
        except MemoryError:
            _send(answers, _exhausting(path))


def _exhausting(path: Path) -> Refusal:
    return Refusal("exhausting", path.name, memory=MEMORY >> 20, seconds=SECONDS)


def _limit(what: int, most: int) -> None:
    """Set the soft limit, at most to the hard one."""
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _send(to: Any, what: object) -> None:
    stream: BinaryIO = to
    pickle.dump(what, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()
