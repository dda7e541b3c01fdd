-- Who may read a file at the source it came from, as Drive numbers the lists; null: the source says nothing. Searches compare it with the
-- lists that let the caller in.
ALTER TABLE search.file ADD COLUMN acl_id bigint;
