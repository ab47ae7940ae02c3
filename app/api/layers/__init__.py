"""The layers around the routes, in the order in which a request meets them.

1. `middleware`: every request. Its id (`request_ids`), addresses that cannot be read, body limits (`body_limits`),
   cross-origin headers (`cors`), the counters and the line in the log (`access_log`); no error leaves it unanswered.
2. `comment_limits`: one comment too many is refused here, before anything is read of it.
3. `hot_reads`: the reads most readers make, answered from memory. What follows sees everything else.
4. `live_dispatch`: readers' WebSockets and event streams, and the newsroom's stream, leave here.
5. `default_headers`: HEAD as GET without content, and the headers of answers that set none of their own.
6. `hot_create`: one new entry as JSON, written without FastAPI.
7. The routes themselves (app/api/routes).

In a process that only reads, what another one writes leaves behind 3 (app/api/forwarding), and 2 is that one's.

Connections that the server itself takes off HTTP (app/live/native) pass none of them. Nor do reads whose answer is in
memory: `ready_answers` has it whole, as 1 and 3 would send it, and `request_records` counts and logs it as 1 does.
"""
