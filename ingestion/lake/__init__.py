"""The lake: the only writer of Delta, and the ways to read it back.

stage.py and commit.py write raw tables, quarantine.py and ledger.py what goes with them, transactions.py knows which
content was committed, checkpoints.py keeps tables quick to open however many files they took in, read.py pins versions
for the warehouse, maintain.py keeps tables small. No knowledge of file formats here, and no judging of data.
"""
