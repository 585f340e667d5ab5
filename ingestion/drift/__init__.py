"""Schema drift: what happens when a source delivers other columns than its contract says.

policy.py is the contract's part of it, diff.py compares a held file with the contract and guesses renames, edit.py and
accept.py take a change into the contract file as a new version. Holding files is verdict.py, columns of Delta tables lake/.
"""
