CREATE TABLE people (
    uri           TEXT    NOT NULL PRIMARY KEY, -- address of record, such as sip:alice@acorn.example
    name          TEXT    NOT NULL,
    domain        TEXT    NOT NULL,
    display_name  TEXT    NOT NULL,
    remote_access INTEGER NOT NULL, -- 0 or 1
    enabled       INTEGER NOT NULL, -- 0 or 1
    UNIQUE (domain, name)
);

-- Device passwords. The passwords themselves are never stored; of a revoked one not even the hashes stay.
CREATE TABLE device_passwords (
    id             TEXT   NOT NULL PRIMARY KEY,
    person         TEXT   NOT NULL REFERENCES people (uri) ON DELETE CASCADE,
    label          TEXT   NOT NULL,
    created_at     BIGINT NOT NULL, -- milliseconds since 1970
    revoked_at     BIGINT,          -- milliseconds since 1970
    ha1_md5        TEXT,
    ha1_sha256     TEXT,
    ha1_sha512_256 TEXT
);
CREATE INDEX device_passwords_by_person ON device_passwords (person);
