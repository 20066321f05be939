package org.edgeways.store;

import org.jspecify.annotations.Nullable;

/** The store could not do what it was asked; the code says which kind of failure, the message what to do about it. */
public final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final StoreErrorCode code;

    public StoreException(StoreErrorCode code, String message) {
        this(code, message, null);
    }

    public StoreException(StoreErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Which kind of failure. */
    public StoreErrorCode code() {
        return code;
    }
}
