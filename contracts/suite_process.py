"""Runs the audit in a process of its own, started at the beginning of a night so that the slow import is done in time.

A thread would not do: two threads that import at once can see half a module (sqlalchemy.orm did). The child ends with
its parent: its stdin closes. For each pickle it reads (path, tables, code lists) it writes one per table.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

from contracts.check_result import CheckResult, summary
from contracts.code_lists import CodeList
from contracts.errors import HubError
from contracts.model import Table
from contracts.suite import validation_results, warm_up

ROOT = Path(__file__).parents[1]


class SuiteProcess:
    """A child process that validates releases. Close it, or let it end with this process."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what the engine says of a failing check may quote a row
        )

    def validate(
        self,
        path: Path,
        tables: Iterable[Table],
        code_lists: Mapping[str, CodeList],
        progress: Callable[[str], None] | None = None,
    ) -> list[CheckResult]:
        """As `suite.validate`. HubError if the process was lost."""
        wanted, results = list(tables), list[CheckResult]()
        try:
            pickle.dump((path.absolute(), wanted, dict(code_lists)), self._to_child)
            self._to_child.flush()
            for table in wanted:
                found = pickle.load(self._from_child)
                if isinstance(found, HubError):
                    raise found
                results += found
                if progress:
                    progress(summary(table, found))
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            raise HubError(
                f"the audit's process ended with status {self._child.wait()}",
                where=str(path),
                remedy="look at memory (`dmesg`) and `hub doctor`, then run `hub nightly` again",
            ) from None
        return results

    @property
    def pid(self) -> int:
        return self._child.pid

    def close(self) -> None:
        self._child.kill()
        self._child.communicate()

    @property
    def _to_child(self) -> BinaryIO:
        assert self._child.stdin is not None
        return self._child.stdin  # type: ignore[return-value]  # IO[bytes], as Popen was asked for

    @property
    def _from_child(self) -> BinaryIO:
        assert self._child.stdout is not None
        return self._child.stdout  # type: ignore[return-value]


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """The child's side: answers requests until its input ends."""
    warm_up()
    while True:
        try:
            path, tables, code_lists = pickle.load(requests)
        except EOFError:
            return
        try:
            for _, found in validation_results(path, tables, code_lists):
                pickle.dump(found, answers)
                answers.flush()
        except HubError as error:
            pickle.dump(error, answers)
            answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
