-- What of the content is settings, without what relays are told of credentials: SHA-256, hexadecimal; empty: not known.
ALTER TABLE revisions ADD COLUMN settings TEXT NOT NULL DEFAULT '';
