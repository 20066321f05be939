-- When a key was made, in milliseconds since 1970: whoever was told of all keys until some moment knows those of before it. 0: not known.
ALTER TABLE relay_keys ADD COLUMN made_at BIGINT NOT NULL DEFAULT 0;
