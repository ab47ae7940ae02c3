"""Figures that a process has of itself: histograms, memory, files, disks. Imports nothing of ours."""
