"""What can be concluded from trials: means with intervals, reliability, and whether two models really differ.

Repeats of one scenario are not independent of each other, nor are questions on one document. So every
scenario counts the same in a mean, however often it was played, and intervals come from drawing scenarios,
or whole documents, again. A figure that cannot be had is None, never 0, and the note says why.
"""
