-- Accounts of people whom somebody else signs in: an OpenID Connect provider (its issuer and the
-- subject there), or the operator's proxy (issuer "proxy", the name as the subject).

CREATE TABLE identities (
    issuer     text        NOT NULL,
    subject    text        NOT NULL,
    account_id uuid        NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_account ON identities (account_id);
