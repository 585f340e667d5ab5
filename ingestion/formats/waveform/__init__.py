"""Recordings of sensors: TDMS, MDF4, HDF5, MATLAB and WAV files as snapshots, chunks of samples, or samples.

Belongs here: one module per file format that says which channels a file holds and reads windows of them (model.py),
and what all of them share: options, time, numbering and Arrow tables. Tables in Parquet or CSV are not read here.
"""
