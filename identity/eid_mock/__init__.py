"""A demonstration eID: an OpenID Connect provider of its own process, database and cookie.

One process for both sides would share the session: the portal would already be signed in as the eID user.
"""
