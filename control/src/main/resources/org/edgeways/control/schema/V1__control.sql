-- Bundles that were made. Of the secret only the public key stays, which checks its proof.
CREATE TABLE enrolments (
    id           TEXT   NOT NULL PRIMARY KEY, -- 32 hexadecimal digits
    node         TEXT   NOT NULL,
    proof_key    TEXT   NOT NULL, -- X.509 SubjectPublicKeyInfo, hexadecimal
    made_at      BIGINT NOT NULL, -- milliseconds since 1970, as all times here
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT,
    used_key     TEXT,            -- SHA-256 of the key that a certificate was issued for, hexadecimal
    joined_at    BIGINT,          -- the node has its certificate on its disk
    withdrawn_at BIGINT
);
CREATE INDEX enrolments_by_node ON enrolments (node, made_at);

CREATE TABLE nodes (
    name      TEXT   NOT NULL PRIMARY KEY,
    joined_at BIGINT NOT NULL
);

-- What the authority has issued. What has expired is forgotten some time later.
CREATE TABLE certificates (
    serial     TEXT   NOT NULL PRIMARY KEY, -- hexadecimal
    kind       TEXT   NOT NULL,             -- node or service
    name       TEXT   NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    refused_at BIGINT
);
CREATE INDEX certificates_by_name ON certificates (kind, name, issued_at);

-- Numbers of settings. A number belongs to one content for one node; it is never used again.
CREATE TABLE revisions (
    revision BIGINT NOT NULL PRIMARY KEY,
    node     TEXT   NOT NULL,
    content  TEXT   NOT NULL, -- SHA-256, hexadecimal
    made_at  BIGINT NOT NULL
);
CREATE INDEX revisions_by_node ON revisions (node, revision);

CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    at     BIGINT NOT NULL,
    event  TEXT   NOT NULL,
    name   TEXT   NOT NULL, -- of the node, service or file that it is about
    detail TEXT   NOT NULL
);
