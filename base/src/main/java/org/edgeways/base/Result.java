package org.edgeways.base;

/**
 * The outcome of reading something that somebody else wrote: a value, or what is wrong with it. Bad input is a value;
 * exceptions are for our own bugs.
 *
 * @param <T> what was read
 */
public sealed interface Result<T> {

    /** The input was good. */
    record Ok<T>(T value) implements Result<T> {}

    /**
     * The input was bad.
     *
     * @param code which kind of error
     * @param offset where in the input, in bytes (or characters, for text) from its start
     * @param reason what exactly, for a person; never quotes a secret
     */
    record Bad<T>(ErrorCode code, int offset, String reason) implements Result<T> {

        /** The same failure as a result of another type. */
        public <U> Bad<U> as() {
            return new Bad<>(code, offset, reason);
        }
    }

    /** A good result. */
    static <T> Result<T> ok(T value) {
        return new Ok<>(value);
    }

    /** A bad result. */
    static <T> Result<T> bad(ErrorCode code, int offset, String reason) {
        return new Bad<>(code, offset, reason);
    }

    /** True for {@link Ok}. */
    default boolean isOk() {
        return this instanceof Ok;
    }

    /**
     * The value of a result that is known to be good.
     *
     * @throws IllegalStateException if it is bad: a bug of the caller
     */
    default T orThrow() {
        return switch (this) {
            case Ok<T> ok -> ok.value();
            case Bad<T> bad ->
                throw new IllegalStateException(bad.code().code() + " at " + bad.offset() + ": " + bad.reason());
        };
    }
}
