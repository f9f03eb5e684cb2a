"""Exercises by their names: what they train, what they need, and for whom they are wrong.

Facts and words are our own.  `lower`, `upper` and `whole` hold the rows, `lexicon` turns names of four languages
into the words of the rows, `table` puts both together."""
