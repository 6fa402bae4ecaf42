"""Pages for everybody: the services that the state offers."""
