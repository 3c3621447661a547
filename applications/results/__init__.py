"""Electronic results: draw the paper (render), sign it (signing), and let anyone check it (verification).

Nothing here knows the database: functions take plain values and return bytes, so that a verb, a task, a test and
a measurement all call the same code. The legal acts of signing, numbering and releasing stay in
`applications.services`.
"""
