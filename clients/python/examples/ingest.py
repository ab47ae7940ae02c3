"""Takes in what an agency sends: a line of JSON for each version of an item, with `id`, `version`, `headline`, `text`.

    python ingest.py https://live.example election-night < agency.jsonl

LIVEBLOG_TOKEN is a bot's token. An item that is sent again is updated, and an older version of it is left alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from liveblog_client import Liveblog, Refused


async def main(server: str, story: str) -> int:
    """Write each item to the story; return how many were refused, with the reason of each on standard error."""
    refused = 0
    async with Liveblog(server, token=os.environ["LIVEBLOG_TOKEN"]) as live:
        for line in sys.stdin:
            item = json.loads(line)
            content = {name: item[name] for name in ("headline", "text") if name in item}
            try:
                await live.put_entry(story, item["id"], version=item["version"], **content)
            except Refused as refusal:
                refused += 1
                sys.stderr.write(f"{item['id']}: {refusal}\n")
    return refused


if __name__ == "__main__":
    sys.exit(min(1, asyncio.run(main(*sys.argv[1:3]))))
