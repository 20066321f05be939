package org.edgeways.testkit.powercut;

/**
 * One system call of the recorded program that matters for what a power cut leaves. It took effect at some moment
 * between {@code started} and {@code ended}, which are line numbers of the record; {@link Integer#MAX_VALUE} stands for
 * a call that never came back.
 */
sealed interface Call {

    int started();

    int ended();

    /** A file came into being, or was opened with the wish that it should. */
    record Created(String path, int started, int ended) implements Call {}

    /** Bytes went into a file. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Written(String path, long offset, byte[] bytes, int started, int ended) implements Call {}

    /** A file was cut or lengthened. */
    record Resized(String path, long length, int started, int ended) implements Call {}

    /** A file, or the names in a directory, were forced to the disk. */
    record Synchronized(String path, int started, int ended) implements Call {}

    /** A name went away. */
    record Removed(String path, int started, int ended) implements Call {}

    /** The program said something on its standard output. */
    record Printed(String text, int started, int ended) implements Call {}
}
