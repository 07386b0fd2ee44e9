"""What is measured on a face."""
