CREATE TABLE notes (
    number BIGINT NOT NULL PRIMARY KEY,
    words  TEXT   NOT NULL
);
