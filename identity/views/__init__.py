"""Pages for signing in and out, and for seeing who read what."""
