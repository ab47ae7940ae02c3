"""Between Playwright and Firefox: answers the one command of WebDriver BiDi that Debian's Firefox does not have yet.

Playwright starts what it is given as Firefox, waits for the line with an address, and speaks BiDi to it. It begins
each context with a command that only newer ones know, and fails without it. So it is given this program, which starts
Firefox with the same arguments and hands everything on, but for that command.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

_ADDRESS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
_AS_IT_IS = {
    "emulation.setMediaFeaturesOverride": [{}, {"prefers-color-scheme": None}, {"prefers-color-scheme": "light"}],
}
"""Commands that Firefox may lack, with the parameters for which there is nothing to do. With others it is asked."""


async def run_firefox(firefox: str, *arguments: str) -> int:
    """Run Firefox until it ends or this process is told to end, behind an address that is printed as Firefox does."""
    process = await asyncio.create_subprocess_exec(firefox, *arguments, stderr=asyncio.subprocess.PIPE)
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, process.terminate)
    assert process.stderr is not None
    while line := await process.stderr.readline():
        if found := _ADDRESS.search(line):
            async with serve(_Relay(found[1].decode()).pass_on, "127.0.0.1", 0, max_size=None, compression=None) as own:
                _say(b"WebDriver BiDi listening on ws://127.0.0.1:%d\n" % own.sockets[0].getsockname()[1])
                while line := await process.stderr.readline():
                    _say(line)
        else:
            _say(line)
    return await process.wait()


class _Relay:
    def __init__(self, address: str) -> None:
        self._address = f"{address}/session"

    async def pass_on(self, playwright: ServerConnection) -> None:
        async with connect(self._address, max_size=None, compression=None, proxy=None) as firefox:

            async def pass_commands() -> None:
                async for message in playwright:
                    answer = _answer(json.loads(message))
                    await (firefox.send(message) if answer is None else playwright.send(answer))
                await firefox.close()

            async def pass_answers() -> None:
                async for message in firefox:
                    await playwright.send(message)
                await playwright.close()

            await asyncio.gather(pass_commands(), pass_answers())


def _answer(command: dict[str, Any]) -> str | None:
    if command["params"].get("features") not in _AS_IT_IS.get(command["method"], []):
        return None
    return json.dumps({"type": "success", "id": command["id"], "result": {}})


def _say(line: bytes) -> None:
    sys.stderr.buffer.write(line)
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(asyncio.run(run_firefox(*sys.argv[1:])))
