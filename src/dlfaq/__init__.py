"""The FAQ of neural-network training whose answers are checked."""
