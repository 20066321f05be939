package org.edgeways.avedge;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/** The connections of one shard's clients by their handles. They come from any thread; the rest is for the shard's. */
final class ClientStreams {

    private final List<@Nullable ClientStream> byHandle = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private final List<ClientStream> toFlush = new ArrayList<>();

    synchronized int add(ClientStream stream) {
        Integer handle = free.poll();
        if (handle == null) {
            byHandle.add(stream);
            return byHandle.size() - 1;
        }
        byHandle.set(handle, stream);
        return handle;
    }

    synchronized void remove(int handle) {
        byHandle.set(handle, null);
        free.add(handle);
    }

    synchronized @Nullable ClientStream get(int handle) {
        return handle < byHandle.size() ? byHandle.get(handle) : null;
    }

    /** The client's connection; null if it is gone, even if another one has got its handle. */
    @Nullable
    ClientStream get(int handle, long high, long low, int port) {
        ClientStream stream = get(handle);
        if (stream == null) {
            return null;
        }
        TransportAddress address = stream.address();
        return address.port() == port && address.low() == low && address.high() == high ? stream : null;
    }

    @SuppressWarnings("ReferenceEquality") // the same stream
    void flushLater(ClientStream stream) {
        if (toFlush.isEmpty() || toFlush.getLast() != stream) {
            toFlush.add(stream);
        }
    }

    void flush() {
        for (int i = 0; i < toFlush.size(); i++) {
            toFlush.get(i).flush();
        }
        toFlush.clear();
    }

    /** Closes all connections, for their shard is gone. */
    void closeAll(AvEdgeErrorCode why) {
        List<ClientStream> all;
        synchronized (this) {
            all = byHandle.stream().filter(Objects::nonNull).toList();
            byHandle.clear();
            free.clear();
        }
        all.forEach(stream -> stream.close(why));
    }

    synchronized int size() {
        return byHandle.size() - free.size();
    }
}
