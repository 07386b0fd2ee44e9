"""Questions asked of the models, one script each."""
