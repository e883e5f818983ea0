-- Tokens that people make for their scripts. Only the SHA-256 is kept: 256 random bits need no slow
-- hash. A token is shown once, when it is made.

CREATE TABLE personal_tokens (
    id           uuid        PRIMARY KEY,
    account_id   uuid        NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name         text        NOT NULL,
    hash         bytea       NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz
);
CREATE INDEX personal_tokens_account ON personal_tokens (account_id, created_at DESC);
CREATE INDEX personal_tokens_expiry ON personal_tokens (expires_at);
