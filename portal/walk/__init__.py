"""Walking through the running portal as people do: over HTTP, with forms and links, without JavaScript."""
