package org.edgeways.interop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Does something of this process in a network namespace: in a thread that goes there and ends with it. A socket belongs for
 * good to where it was opened, and a thread begins where the one was that started it; so a server that is started there
 * listens there, and what its threads open is there too.
 */
final class NamespaceThread {
    private static final Path NAMES = Path.of("/run/netns");

    // fcntl.h and sched.h, the same on x86-64 and aarch64
    private static final int O_RDONLY = 0;
    private static final int CLONE_NEWNET = 0x40000000;

    private static final MethodHandle SETNS = handle("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    /** The mode, which may follow the flags, makes it variadic. */
    private static final MethodHandle OPEN =
            handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), Linker.Option.firstVariadicArg(2));

    private NamespaceThread() {}

    /**
     * Does it there and waits for its end.
     *
     * @param namespace its name for {@code ip netns}
     * @throws IllegalStateException if this process may not go there; it needs root
     * @throws IOException as the task throws it, as are runtime exceptions and errors
     */
    static <T> T call(String namespace, Place.Task<T> task) throws IOException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().name("in " + namespace).start(() -> {
            try {
                enter(NAMES.resolve(namespace));
                result.complete(task.run());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case IOException own -> throw own;
                case RuntimeException own -> throw own;
                case Error own -> throw own;
                case null, default -> throw e;
            }
        }
    }

    private static void enter(Path name) throws Throwable {
        int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            descriptor = (int) OPEN.invokeExact(arena.allocateFrom(name.toString()), O_RDONLY);
        }
        int entered = descriptor < 0 ? -1 : (int) SETNS.invokeExact(descriptor, CLONE_NEWNET);
        if (descriptor >= 0) {
            int _ = (int) CLOSE.invokeExact(descriptor);
        }
        if (entered != 0) {
            throw new IllegalStateException("this process cannot enter " + name + ": that needs root");
        }
    }

    @SuppressWarnings("restricted") // that is what it is for
    private static MethodHandle handle(String name, FunctionDescriptor signature, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature, options);
    }
}
