"""One file = one topic of the API. A module with a `router` is served by being here."""
