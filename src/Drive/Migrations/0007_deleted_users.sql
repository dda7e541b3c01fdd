-- Whether a user is there decides about entries that name them, so who goes moves the version, too.
CREATE TRIGGER users_version_delete AFTER DELETE ON users REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION move_permission_version();
