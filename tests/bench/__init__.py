"""How fast this is, against the least code that does the same work and against the usual build.

Each contestant runs in every round, the order turned about from round to round, so that what else
the machine does falls on all of them. What counts is the ratio within one table.
"""
