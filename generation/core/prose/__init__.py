"""What can be told about a text without understanding it.

Pure functions on strings that every kind's checks share.  They say what they found, as a value; which rule that
breaks, and how badly, is the kind's to decide.  All are linear in the length of the text."""
