package org.edgeways.store;

import org.edgeways.base.ErrorCode;

/** What the store refuses, and how it fails. */
public enum StoreErrorCode implements ErrorCode {
    WRITE_QUEUE_FULL("store-write-queue-full", "more writes are waiting for the disk than the limit allows"),
    READ_QUEUE_FULL("store-read-queue-full", "more reads are waiting than the limit allows"),
    OPERATION_FAILED("store-operation-failed", "one operation failed and was undone"),
    COMMIT_FAILED("store-commit-failed", "a transaction could not be made durable"),
    FOLLOWER_FAILED("store-follower-failed", "what was written is durable, and who was to be told of it failed"),
    CLOSED("store-closed", "the store is closed"),
    DIRECTORY_UNUSABLE("store-directory-unusable", "the data directory cannot be made or used"),
    IN_USE("store-in-use", "another process uses this data directory"),
    DAMAGED("store-damaged", "the database file cannot be read"),
    MIGRATION_FAILED("store-migration-failed", "the tables could not be brought to the form this program needs");

    private final String code;
    private final String meaning;

    StoreErrorCode(String code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    @Override
    public String code() {
        return code;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
