"""Reads, writes and follows live stories of a Liveblog server.

async with Liveblog("https://live.example", token=token) as live:
    await live.post_entry("election-night", text="Polls have **closed**.")
    async with live.follow("election-night") as updates:
        async for update in updates:
            print(update.state["title"], update.message)
"""

from liveblog_client.client import Liveblog
from liveblog_client.errors import LiveblogError, Refused, Unreachable
from liveblog_client.following import Follower, Update
from liveblog_client.pacing import Pace, back_off_seconds

__all__ = ["Follower", "Liveblog", "LiveblogError", "Pace", "Refused", "Unreachable", "Update", "back_off_seconds"]
