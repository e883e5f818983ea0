-- How many predictions an account may make now, where several web nodes have to agree on it: a
-- bucket of seconds that fills by itself. Nothing is lost with it, so it needs no log.

CREATE UNLOGGED TABLE prediction_allowances (
    account_id uuid             PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    allowance  double precision NOT NULL,
    counted_at timestamptz      NOT NULL
);
