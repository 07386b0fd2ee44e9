"""The ground floor, which imports nothing of ours: errors, files, image decoding, the cache."""
