package org.edgeways.net;

/**
 * How long to let what comes gather before it is looked for. Where one wait brings one datagram or one connection's bytes, most of what
 * it costs is that the thread is put to sleep and woken; so, as a network card does with its interrupts, a thread to which much
 * comes in that way sleeps a little longer and then finds several. To whom little comes gets it at once, and a thread that has
 * always something to do never sleeps: whether it is still like that is tried now and then. Belongs to one thread.
 */
public class Gathering {

    /** What is waited; the system adds up to 50 microseconds (the timer slack). */
    public static final int MICROS = 100;

    /** What that is in all. */
    private static final long EXPECTED_NANOS = 150_000;

    /** It is worth it if so many messages come meanwhile. */
    private static final double WORTH = 2;

    /** If a wait has brought so many, there is no time to sleep. */
    static final int MANY = 32;

    /** So many waits more must have slept than not. */
    static final int SLEPT = 16;

    /** So often it is put off until it is looked again how it would be otherwise. */
    static final int PAUSES = 256;

    /** Over which time the rate is the mean. */
    private static final double SMOOTHING_NANOS = 10_000_000;

    private double perNano;
    private long last;
    private int slept;
    private int left;
    private boolean trying;

    /** Nothing has come yet. */
    public Gathering() {}

    /**
     * To be asked before each wait.
     *
     * @param now a clock of nanoseconds
     * @param received how much the last wait has brought: messages, or connections with something to read
     * @param timeoutNanos how long may be waited at all
     * @return microseconds; 0 not to put the wait off
     */
    public int pause(long now, int received, long timeoutNanos) {
        long passed = now - last;
        last = now;
        trying = false;
        perNano += (received - perNano * passed) / Math.max(SMOOTHING_NANOS, (double) passed);
        if (perNano * EXPECTED_NANOS < WORTH || received >= MANY) {
            left = 0;
            return 0;
        }
        if (left == 0) {
            if (slept < SLEPT) {
                trying = true;
                return 0;
            }
            slept = 0;
            left = PAUSES;
        }
        if (timeoutNanos <= EXPECTED_NANOS) {
            return 0;
        }
        left--;
        return MICROS;
    }

    /**
     * True if {@link #pause} has said 0 only to find out whether waits are over at once: whoever cannot always tell must tell
     * then.
     */
    public boolean isTrying() {
        return trying;
    }

    /** A wait that was not put off is over; whether it took no time. */
    public void waited(boolean atOnce) {
        slept = Math.clamp(slept + (atOnce ? -1L : 1L), 0, SLEPT);
    }
}
