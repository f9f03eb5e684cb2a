"""How good the checks of a kind are, measured on documents whose defects are known."""
