"""The pure conversation with one reader: session, subscriptions, admission, refusals and goodbyes."""
