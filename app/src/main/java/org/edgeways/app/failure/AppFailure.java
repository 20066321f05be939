package org.edgeways.app.failure;

import org.jspecify.annotations.Nullable;

/** Ends a command: what is wrong, and what the person can do next. The command line prints both, without a stack trace. */
public final class AppFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final AppErrorCode code;
    private final String nextStep;

    /**
     * @param code which kind
     * @param message what is wrong, for a person
     * @param nextStep what to do next, for a person; lines separated by line feeds
     */
    public AppFailure(AppErrorCode code, String message, String nextStep) {
        this(code, message, nextStep, null);
    }

    /** As {@link #AppFailure(AppErrorCode, String, String)}, with what was thrown below. */
    public AppFailure(AppErrorCode code, String message, String nextStep, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.nextStep = nextStep;
    }

    /** Which kind. */
    public AppErrorCode code() {
        return code;
    }

    /** The message, never null. */
    public String problem() {
        String message = getMessage();
        return message == null ? code.meaning() : message;
    }

    /** What to do next. */
    public String nextStep() {
        return nextStep;
    }
}
