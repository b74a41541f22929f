"""Template tags of the whole site; `ui` is a builtin of every template."""
