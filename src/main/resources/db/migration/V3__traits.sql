-- What can be told of a car besides its brand; null where it cannot, and on older rows.

ALTER TABLE predictions ADD COLUMN body_type text;
ALTER TABLE predictions ADD COLUMN decade integer;
