"""From images to a decision."""
