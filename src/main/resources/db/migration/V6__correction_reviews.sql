-- What administrators think of people's corrections. A correction that is changed afterwards has
-- another brand than the review, and waits for a new one.
CREATE TABLE correction_reviews (
    prediction_id uuid        PRIMARY KEY REFERENCES predictions (id) ON DELETE CASCADE,
    brand         text        NOT NULL,
    decision      text        NOT NULL CHECK (decision IN ('accepted', 'rejected')),
    reviewed_at   timestamptz NOT NULL,
    reviewer_id   uuid        REFERENCES accounts (id) ON DELETE SET NULL
);
CREATE INDEX correction_reviews_reviewer ON correction_reviews (reviewer_id);
CREATE INDEX predictions_corrected ON predictions (id) WHERE correction IS NOT NULL;
