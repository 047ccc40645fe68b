"""Being an ordinary account for a while, so that rights are tested also where the tests run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder every account may enter and read (pytest's own are for their user alone)."""
    folder = Path(tempfile.mkdtemp(prefix="dialdeck-rights-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def ordinary_account() -> Iterator[None]:
    """Within the block files are used with the rights of an ordinary account."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
