"""The books on disk, written so that a crash loses at most the last second."""
