"""From a process that reads to the one that writes: what is forwarded, how, and how the other end takes it.

`serving_table` says what is whose; `forwarding` sends requests on, `stream_forwarding` the newsroom's stream, over
`writer_link`; `forwarded_requests` is the writer's end, and `known_writes` lets a writer answer once readers know.
"""
