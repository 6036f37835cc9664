"""Publishes a second release over and over, each time killed one file operation later. Run by test_publish.py.

Prints one JSON line per kill: what `CURRENT` names afterwards, what is wrong with that release. A fork per kill, in a
process without threads, so that SIGKILL hits the real code and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from tests.warehouse.releases.test_publish import candidate, manifest
from warehouse.releases.publish import current_id, new_candidate, publish, verify
from warehouse.settings import Settings

WATCHED = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree"}


def killed_at(step: int, settings: Settings) -> bool:
    """Publish in a child that dies at its `step`-th file operation; false if it came to its end before."""
    child = os.fork()
    if child == 0:
        seen = 0

        def watch(event: str, _: tuple[object, ...]) -> None:
            nonlocal seen
            if event in WATCHED:
                seen += 1
                if seen == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        publish(settings, settings.releases / ".candidate-new", manifest("20260102T000000-bbbbbbbb"))
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(home: Path) -> None:
    start, step = home / "start", 0
    settings = Settings(home=start, keep_releases=2)
    for id_ in ("20251230T000000-88888888", "20251231T000000-99999999", "20260101T000000-aaaaaaaa"):
        publish(settings, candidate(settings, id_), manifest(id_))
    while True:
        step += 1
        settings = Settings(home=home / "night", keep_releases=2)
        shutil.rmtree(settings.home, ignore_errors=True)
        shutil.copytree(start, settings.home)
        candidate(settings, "new")
        killed = killed_at(step, settings)
        served = current_id(settings)
        problems = verify(settings, served) if served else ["CURRENT is missing"]
        new_candidate(settings, "next")
        left = sorted(p.name for p in settings.releases.glob(".*"))
        sys.stdout.write(json.dumps({"served": served, "problems": problems, "left": left}) + "\n")
        if not killed:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
