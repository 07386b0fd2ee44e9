"""A queue of requests, a scheduler of batches, and the workers that predict them."""
