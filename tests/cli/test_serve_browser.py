"""The page in a real browser: the application appears, a key reaches it, nothing comes from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from yarl import URL

from tests.cli.conftest import Shell
from tests.cli.test_serve import gone, served
from tests.support import chromium

F1 = ("F1", 112)


@pytest.mark.skipif(chromium.PROGRAM is None, reason="chromium is not installed here")
async def test_the_application_appears_and_a_key_reaches_it(sqlite_campaign: Shell, tmp_path: Path) -> None:
    async with served(database=sqlite_campaign.url) as server:
        async with chromium.browser(tmp_path / "profile") as tab:
            await tab.open(server.desk.guard.link)
            await tab.hear("Spring")
            assert await tab.address() == server.root + "/"
            first = await tab.painted()
            (tmp_path / "first.png").write_bytes(first)  # to look at
            [seat] = server.desk.seats
            await tab.press(*F1)
            await tab.hear("type to search")
            second = await tab.painted(unlike=first)
            (tmp_path / "second.png").write_bytes(second)
            assert chromium.shades(second) > 40
            assert {URL(url).authority for url in tab.asked} == {URL(server.root).authority}
            assert tab.complaints == []
        assert seat.pid is not None
        await gone(seat.pid)
