"""The lake: accepted and rejected rows per delivery as Parquet, tokens instead of ID numbers, the vault that holds the numbers.

Belongs here: where delivered data rests. Does not: reading and validating deliveries (pipelines/ingest).
"""
