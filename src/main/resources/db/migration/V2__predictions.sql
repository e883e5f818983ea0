-- What the network said of each photo, with what is kept of the photo.

CREATE TABLE predictions (
    id                          uuid             PRIMARY KEY,
    account_id                  uuid             NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at                  timestamptz      NOT NULL,
    file_name                   text             NOT NULL,
    width                       integer          NOT NULL,
    height                      integer          NOT NULL,
    model                       text             NOT NULL,
    verdict                     text             NOT NULL
        CHECK (verdict IN ('confident', 'unsure', 'unknown_make', 'not_a_car')),
    car_probability             double precision NOT NULL,
    accuracy                    double precision NOT NULL,
    -- Every brand, the most likely first, and beside it the probabilities in the same order.
    brands                      text[]           NOT NULL,
    brand_probabilities         double precision[] NOT NULL,
    closest_models              text[]           NOT NULL,
    closest_model_probabilities double precision[] NOT NULL,
    advice                      text[]           NOT NULL,
    took_ms                     double precision NOT NULL,
    correction                  text,
    corrected_at                timestamptz,
    -- A JPEG of at most 512 px, one of at most 160 px, and the heat map's grid; null where not kept.
    photo                       bytea,
    thumbnail                   bytea,
    heat_map                    bytea,
    -- A client's name for its request, so that sending it again neither predicts nor stores again,
    -- and the SHA-256 of the photo that came with it.
    idempotency_key             text,
    idempotency_part            smallint,
    idempotency_fingerprint     bytea
);

-- JPEGs do not become smaller; do not try.
ALTER TABLE predictions ALTER COLUMN photo SET STORAGE EXTERNAL;
ALTER TABLE predictions ALTER COLUMN thumbnail SET STORAGE EXTERNAL;

CREATE INDEX predictions_newest ON predictions (account_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX predictions_idempotency
    ON predictions (account_id, idempotency_key, idempotency_part)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX predictions_photo_age ON predictions (created_at)
    WHERE photo IS NOT NULL OR thumbnail IS NOT NULL OR heat_map IS NOT NULL;
