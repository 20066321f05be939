-- Registrations, written through so that a restart forgets nothing a device relies on.
CREATE TABLE bindings (
    id            TEXT    NOT NULL PRIMARY KEY,
    person        TEXT    NOT NULL,
    contact       TEXT    NOT NULL,
    parameters    TEXT    NOT NULL,
    instance      TEXT,
    reg_id        INTEGER NOT NULL,
    priority      INTEGER NOT NULL, -- thousandths
    path          TEXT    NOT NULL, -- one entry per line
    flow          TEXT    NOT NULL,
    call_id       TEXT    NOT NULL,
    sequence      BIGINT  NOT NULL,
    device        TEXT    NOT NULL,
    user_agent    TEXT    NOT NULL,
    registered_at BIGINT  NOT NULL, -- nanoseconds since 1970
    expires_at    BIGINT  NOT NULL  -- nanoseconds since 1970
);
CREATE INDEX bindings_by_person ON bindings (person);
CREATE INDEX bindings_by_expiry ON bindings (expires_at);
