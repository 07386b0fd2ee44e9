"""The HTTP service and its page: pictures in, answers out, nothing kept."""
