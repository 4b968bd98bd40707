"""Which mentee learns from which mentor: facts in, pairs with a proof and their reasons out.

`profiles` are the facts, `rules` what forbids a pair, `points` what it is worth, `results` what
comes out: they load nothing. `solving` finds the pairs, `proof` shows that no other choice is
better, `explaining` says why: they stand on `board` and load numpy and scipy, so import them where
a run is made, not where one is shown.
"""
