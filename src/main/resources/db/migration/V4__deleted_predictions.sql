-- What is deleted on a page is hidden at once and can be brought back for some minutes.

ALTER TABLE predictions
    -- One for everything that was deleted together.
    ADD COLUMN deletion   uuid,
    ADD COLUMN deleted_at timestamptz,
    ADD CONSTRAINT predictions_deleted_whole CHECK ((deletion IS NULL) = (deleted_at IS NULL));

CREATE INDEX predictions_deletion ON predictions (deletion) WHERE deletion IS NOT NULL;
CREATE INDEX predictions_deleted_age ON predictions (deleted_at) WHERE deleted_at IS NOT NULL;
