-- Subscriptions and publications, written through so that a restart forgets nothing a device relies on.
CREATE TABLE subscriptions (
    id              TEXT    NOT NULL PRIMARY KEY,
    event           TEXT    NOT NULL,
    event_id        TEXT,
    list            INTEGER NOT NULL, -- 1 if it is to a contact list
    watcher         TEXT    NOT NULL,
    resource        TEXT    NOT NULL,
    call_id         TEXT    NOT NULL,
    local           TEXT    NOT NULL,
    remote          TEXT    NOT NULL,
    target          TEXT    NOT NULL,
    routes          TEXT    NOT NULL, -- one entry per line
    party           TEXT    NOT NULL,
    device          TEXT,
    local_sequence  BIGINT  NOT NULL,
    remote_sequence BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL, -- nanoseconds since 1970
    saved_at        BIGINT  NOT NULL, -- nanoseconds since 1970
    expires_at      BIGINT  NOT NULL  -- nanoseconds since 1970
);
CREATE INDEX subscriptions_by_watcher ON subscriptions (watcher);
CREATE INDEX subscriptions_by_resource ON subscriptions (resource);
CREATE INDEX subscriptions_by_expiry ON subscriptions (expires_at);

CREATE TABLE publications (
    id           TEXT   NOT NULL PRIMARY KEY,
    tag          TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    device       TEXT,
    body         BLOB   NOT NULL,
    changed_at   BIGINT NOT NULL, -- nanoseconds since 1970
    refreshed_at BIGINT NOT NULL, -- nanoseconds since 1970
    expires_at   BIGINT NOT NULL  -- nanoseconds since 1970
);
CREATE INDEX publications_by_person ON publications (person);
CREATE INDEX publications_by_expiry ON publications (expires_at);

-- What people have told the server about each other.
CREATE TABLE contacts (
    owner   TEXT NOT NULL,
    address TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (owner, address)
);
CREATE INDEX contacts_by_address ON contacts (address);

CREATE TABLE watcher_decisions (
    person     TEXT   NOT NULL,
    watcher    TEXT   NOT NULL,
    decision   TEXT   NOT NULL, -- allow, polite-block, block, waiting
    decided_at BIGINT NOT NULL, -- nanoseconds since 1970
    PRIMARY KEY (person, watcher)
);
CREATE INDEX watcher_decisions_by_watcher ON watcher_decisions (watcher);
