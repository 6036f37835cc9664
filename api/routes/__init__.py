"""One module per topic of the API; each module here with a `router` is served. Its docstring describes its tag."""
