"""Workbooks and Parquet are read in a process of their own: a damaged or hostile one can make the library that reads it
panic, loop, or take all the memory there is. That ends the process and costs this file, not the others of the night.

The child ends with its parent: its stdin closes. Asked with one pickle (reader, path, table, seconds), it answers with
one per batch, then with None or with what Refused the file. Not here: formats.
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
SECONDS = 900  # of computing for a file, and of waiting for one batch
SMALL = 16 << 20  # bytes of a file after which a process is as small as before, and may read the next one
FILES = 100  # read by one process: what libraries keep of each file adds up to the limit of the address space
CHILD = "from pipelines.readers.subprocess_reader import serve; serve()"

Reader = Callable[[Path, Table], Iterator[Batch]]


def by_child(read: Reader) -> Reader:
    """`read`, a function of a module, in another process. Refused besides its own: it took too much, or broke off."""

    def elsewhere(path: Path, table: Table) -> Iterator[Batch]:
        given = 0
        if _idle:
            try:
                for batch in _read(_idle.pop(), read, path, table):
                    yield batch
                    given += 1
                return
            except HubError as error:  # for what earlier files left of the memory, perhaps: a new process tells
                if isinstance(error, Refusal) and error.rule != "exhausting":
                    raise
        yield from islice(_read(ReaderProcess(), read, path, table), given, None)

    return elsewhere


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
    """A process that reads one file after the other. `is_done`: it waits for the next; `files`: how many it was given."""

    def __init__(self) -> None:
        self.files = 0
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(MEMORY)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a library says as it breaks off may quote a cell
            start_new_session=True,  # ended by its parent only: how it ended tells what the file is
        )
        self.is_done = False

    def batches(self, read: Reader, path: Path, table: Table) -> Iterator[Batch]:
        self.is_done = False
        self.files += 1
        try:
            _say(self._process.stdin, (read, path.absolute(), table, SECONDS))
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
    """The child's side, until nobody asks any more."""
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
                _say(answers, batch)
            _say(answers, None)
        except Refusal as refused:
            _say(answers, refused)
        except MemoryError:
            _say(answers, _exhausting(path))


def _exhausting(path: Path) -> Refusal:
    return Refusal("exhausting", path.name, memory=MEMORY >> 20, seconds=SECONDS)


def _limit(what: int, most: int) -> None:
    """The soft limit, which ends the process; never above the hard one it was given."""
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _say(to: Any, what: object) -> None:
    stream: BinaryIO = to
    pickle.dump(what, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()
