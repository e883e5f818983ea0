-- Old entries are deleted, the oldest first.
CREATE INDEX audit_age ON audit (at);
