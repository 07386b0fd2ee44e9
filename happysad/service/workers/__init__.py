"""Who answers: a queue, a scheduler of batches, worker processes."""
