"""Ingest: every file in landing becomes a delivery with accepted and rejected rows in the lake, and a receipt.

Belongs here: finding, reading, cleaning, validating and storing deliveries. Does not: file formats (readers/), receipts.
"""
