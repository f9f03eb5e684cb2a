"""The provider edge: one call in, one value out.  No Django, no settings, no database."""
