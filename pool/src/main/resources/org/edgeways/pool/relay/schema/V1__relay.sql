-- The times of the keys of relay credentials, in seconds since 1970; the keys themselves are in files, encrypted.
CREATE TABLE relay_keys (
    id INTEGER PRIMARY KEY,
    mints_from INTEGER NOT NULL,
    good_until INTEGER NOT NULL
);

-- Whom the numbers in relay credentials mean. A number without a device is its person's. good_until is the end of the last
-- credentials that were made with it.
CREATE TABLE relay_numbers (
    number INTEGER PRIMARY KEY,
    person TEXT NOT NULL,
    device TEXT,
    good_until INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL
);
