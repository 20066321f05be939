package org.edgeways.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What only one of the test processes that run at the same time may do, and only one thread of it. */
final class OneAtATime {

    private OneAtATime() {}

    /** Something that is made once for all processes. */
    @FunctionalInterface
    interface Work {
        /** Looks whether it has been done, and does it if not. */
        void run() throws IOException;
    }

    /**
     * Does it when nobody else does.
     *
     * @param name of the file that is locked meanwhile
     */
    static synchronized void run(String name, Work work) {
        Path guard = Path.of("target", name + ".lock");
        try (FileChannel file = FileChannel.open(guard, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock alone = file.lock()) {
            if (!alone.isValid()) {
                throw new IllegalStateException("not alone: " + guard);
            }
            work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
