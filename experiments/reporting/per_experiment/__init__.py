"""What follows from the run of one experiment."""
