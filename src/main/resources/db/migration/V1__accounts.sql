-- Accounts, their sessions, and what guards the way in.

CREATE TABLE accounts (
    id                 uuid        PRIMARY KEY,
    username           text        NOT NULL,
    -- An account made on the terminal may have no address.
    email              text,
    first_name         text        NOT NULL,
    last_name          text        NOT NULL,
    password_hash      text        NOT NULL,
    role               text        NOT NULL CHECK (role IN ('user', 'admin')),
    disabled           boolean     NOT NULL DEFAULT false,
    -- Access tokens issued before this moment no longer count.
    tokens_valid_after timestamptz NOT NULL,
    created_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX accounts_username ON accounts (lower(username));
CREATE UNIQUE INDEX accounts_email ON accounts (lower(email));

CREATE TABLE sessions (
    id              uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at      timestamptz NOT NULL,
    last_used_at    timestamptz NOT NULL,
    -- Whichever comes first ends the session: too long unused, or too old however much it was used.
    idle_expires_at timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    remember        boolean     NOT NULL,
    user_agent      text        NOT NULL,
    address         text        NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id, last_used_at DESC);
CREATE INDEX sessions_expiry ON sessions (least(idle_expires_at, expires_at));

-- Only the SHA-256 of a refresh token is kept: 256 random bits need no slow hash.
-- Used ones stay as long as their session does, so that a stolen copy gives itself away.
CREATE TABLE refresh_tokens (
    hash       bytea       PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Failures to sign in, counted by the hash of what they have in common (a name with an address, a
-- name, an address): people type their password into the field of the name.
CREATE TABLE sign_in_failures (
    subject       bytea       PRIMARY KEY,
    failures      integer     NOT NULL,
    last_at       timestamptz NOT NULL,
    blocked_until timestamptz
);
CREATE INDEX sign_in_failures_age ON sign_in_failures (last_at);

-- Links that let whoever reads the log of the first start make the first administrator.
CREATE TABLE setup_links (
    hash       bytea       PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

-- What happened to accounts. No reference to them: the rows outlive them.
CREATE TABLE audit (
    id         uuid        PRIMARY KEY,
    at         timestamptz NOT NULL,
    event      text        NOT NULL,
    actor_id   uuid,
    actor      text,
    subject_id uuid,
    subject    text,
    address    text        NOT NULL,
    detail     text
);
CREATE INDEX audit_subject ON audit (subject_id);
