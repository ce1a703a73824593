"""Lists, scopes, keyset paging, CSV and phone spelling: no business words, imports no app."""
