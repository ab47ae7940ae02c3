"""A bot that posts a match: each line of standard input is a minute and what happened, as in `67 Goal for Harbour`.

    python bot.py https://live.example match-day < minutes.txt

LIVEBLOG_TOKEN is a bot's token. Started again with the same lines, whatever became of it before, it posts none twice.
"""

from __future__ import annotations

import asyncio
import os
import sys
import uuid

from liveblog_client import Liveblog

MATCHES = uuid.UUID("6f5a1c0e-2b7d-4e8f-9a3b-0c1d2e3f4a5b")
"""Of this bot's own: keys are made of it and of what is posted, so that they are the same in every run."""


async def main(server: str, story: str) -> None:
    """Post what standard input says, line by line, and print where each entry is."""
    async with Liveblog(server, token=os.environ["LIVEBLOG_TOKEN"]) as live:
        for line in sys.stdin:
            minute, _, text = line.strip().partition(" ")
            key = str(uuid.uuid5(MATCHES, f"{story} {line.strip()}"))
            entry = await live.post_entry(
                story, key=key, text=f"**{minute}′** {text}", key_event=text.startswith("Goal")
            )
            sys.stdout.write(f"{entry['id']}\n")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
