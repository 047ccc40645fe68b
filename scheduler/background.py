"""The jobs inside the open application: on a database of one's own nobody should have to start a service.

They work in threads of their own and write in chunks like everybody else; the screen and the exit never wait.
"""

from __future__ import annotations

from scheduler.service import Service
from storage.database import Database
from storage.scheduler_settings import SchedulerSettings


def start(database: Database, settings: SchedulerSettings) -> Service | None:
    """Run the jobs of ``database`` until ``stop(timeout)`` of what is returned; None where others do that.

    Others do where the configuration says so, and on a server, unless it says otherwise.
    """
    wanted = settings.in_application
    if wanted == "off" or (wanted == "auto" and database.dialect != "sqlite"):
        return None
    service = Service(database, settings)
    service.start()
    return service
