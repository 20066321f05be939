package org.edgeways.base;

/** Where rooms count what happens. The application binds it to its metrics registry; tests read it directly. */
public interface Counters {

    /** One counter, safe to use from any thread. */
    interface Counter {
        /** Adds one. */
        void increment();

        /** Adds {@code amount}, zero or more. */
        void add(long amount);
    }

    /**
     * The counter of that name and those labels; the same arguments give the same counter.
     *
     * @param name lower-case words joined by underscores, without unit suffix, such as {@code sip_messages_refused}
     * @param labels keys and values in turn
     */
    Counter counter(String name, String... labels);

    /**
     * Registers a value that is read when somebody looks, in the place of one of the same name and labels.
     *
     * @param name as for {@link #counter}
     * @param value called from any thread
     * @param labels keys and values in turn
     */
    void gauge(String name, java.util.function.LongSupplier value, String... labels);
}
