-- Messages that wait for a device of their recipient. The order per recipient is the order of id.
CREATE TABLE messages (
    id        BIGINT   NOT NULL PRIMARY KEY,
    recipient TEXT     NOT NULL,
    identity  TEXT     NOT NULL,
    stored_at BIGINT   NOT NULL, -- nanoseconds since 1970
    size      BIGINT   NOT NULL, -- bytes of request
    request   ${bytes} NOT NULL,
    UNIQUE (recipient, identity)
);
CREATE INDEX messages_by_recipient ON messages (recipient, id, size);
CREATE INDEX messages_by_age ON messages (stored_at);
