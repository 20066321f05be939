package org.edgeways.interop;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Everything a program has said so far, in which a test waits for what it is to say next. */
public final class Transcript {
    private static final int TAIL_CHARACTERS = 4_000;
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final StringBuilder text = new StringBuilder();
    private boolean ended;

    /**
     * Adds a line; carriage returns at its end and the colours of terminals are dropped. With {@code ESC[;m} in a failure's
     * message, as baresip writes it, Maven's console throws, and Surefire loses the failure: a green build.
     */
    public void append(String line) {
        String plain = COLOUR.matcher(line).replaceAll("");
        lock.lock();
        try {
            text.append(plain.endsWith("\r") ? plain.substring(0, plain.length() - 1) : plain)
                    .append('\n');
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will come: whoever still waits fails at once. */
    public void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A position to pass to {@link #await}: only what is said after it counts. */
    public int mark() {
        lock.lock();
        try {
            return text.length();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the pattern anywhere in the transcript. */
    public Matcher await(String what, Pattern pattern, Duration limit) {
        return await(what, pattern, 0, limit);
    }

    /**
     * Waits for the pattern at or after a mark.
     *
     * @param what says in the failure what was waited for
     * @throws AssertionError when the limit has passed or the program has ended, with the end of the transcript
     */
    public Matcher await(String what, Pattern pattern, int mark, Duration limit) {
        lock.lock();
        try {
            long remaining = limit.toNanos();
            while (true) {
                Matcher matcher = pattern.matcher(text.substring(mark));
                if (matcher.find()) {
                    return matcher;
                }
                if (ended) {
                    throw new AssertionError(what + ": the program ended first. It said:\n" + tail());
                }
                if (remaining <= 0) {
                    throw new AssertionError(what + ": not within " + limit + ". The program said:\n" + tail());
                }
                remaining = changed.awaitNanos(remaining);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(what + ": interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    /** The whole text so far. */
    public String text() {
        lock.lock();
        try {
            return text.toString();
        } finally {
            lock.unlock();
        }
    }

    private String tail() {
        return text.substring(Math.max(0, text.length() - TAIL_CHARACTERS));
    }
}
