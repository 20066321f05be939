package org.edgeways.interop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.time.Duration;

/**
 * Sees the IPv4 packets that come in by a device (packet(7)), beside whoever they are for; needs root. For one thread at a
 * time.
 */
final class PacketSocket implements AutoCloseable {
    // packet(7), socket(7), if_ether.h: the same on x86-64 and aarch64
    private static final int AF_PACKET = 17;
    private static final int SOCK_DGRAM_CLOSE_ON_EXEC = 2 | 0x80000;
    private static final short IPV4 = 0x0800;
    private static final byte OUTGOING = 4;
    private static final int SOL_SOCKET = 1;
    private static final int RECEIVE_TIMEOUT = 20;
    private static final int RECEIVE_BUFFER_FORCE = 33;

    /** {@code struct sockaddr_ll}, and where the protocol, the device and the kind of packet are in it. */
    private static final int ADDRESS_BYTES = 20;

    private static final int PROTOCOL_AT = 2;
    private static final int DEVICE_AT = 4;
    private static final int KIND_AT = 10;

    private static final int BUFFER_BYTES = 32 * 1024 * 1024;
    private static final int LARGEST_PACKET = 65_536;

    private static final MethodHandle SOCKET =
            handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle DEVICE_INDEX = handle("if_nametoindex", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle BIND =
            handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SET_OPTION =
            handle("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle RECEIVE = handle(
            "recvfrom", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment packet = arena.allocate(LARGEST_PACKET);
    private final MemorySegment from = arena.allocate(ADDRESS_BYTES, Long.BYTES);
    private final MemorySegment fromLength = arena.allocate(JAVA_INT);
    private final int descriptor;

    private PacketSocket(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens one where this thread is.
     *
     * @param device its name
     * @param patience how long {@link #receive} waits
     */
    static PacketSocket open(String device, Duration patience) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            // of no protocol until it is bound: nothing comes from other devices
            PacketSocket socket = new PacketSocket((int) SOCKET.invokeExact(AF_PACKET, SOCK_DGRAM_CLOSE_ON_EXEC, 0));
            int index = (int) DEVICE_INDEX.invokeExact(arena.allocateFrom(device));
            MemorySegment address = arena.allocate(ADDRESS_BYTES, Long.BYTES);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), PROTOCOL_AT, IPV4);
            address.set(JAVA_INT, DEVICE_AT, index);
            MemorySegment timeout = arena.allocateFrom(JAVA_LONG, patience.toSeconds(), patience.toNanosPart() / 1_000);
            boolean good = socket.descriptor >= 0
                    && index > 0
                    && socket.set(RECEIVE_BUFFER_FORCE, arena.allocateFrom(JAVA_INT, BUFFER_BYTES))
                    && socket.set(RECEIVE_TIMEOUT, timeout)
                    && (int) BIND.invokeExact(socket.descriptor, address, ADDRESS_BYTES) == 0;
            if (!good) {
                socket.close();
                throw new IOException("packets of " + device + " cannot be seen: that needs root");
            }
            return socket;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e); // these functions throw nothing
        }
    }

    private boolean set(int option, MemorySegment value) throws Throwable {
        return (int) SET_OPTION.invokeExact(descriptor, SOL_SOCKET, option, value, (int) value.byteSize()) == 0;
    }

    /** The next packet that has come in, from its IP header on; empty if none has come for a while. */
    byte[] receive() {
        try {
            fromLength.set(JAVA_INT, 0, ADDRESS_BYTES);
            long length = (long) RECEIVE.invokeExact(descriptor, packet, packet.byteSize(), 0, from, fromLength);
            boolean in = length > 0 && from.get(JAVA_BYTE, KIND_AT) != OUTGOING;
            return in ? packet.asSlice(0, length).toArray(JAVA_BYTE) : new byte[0];
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            if (descriptor >= 0) {
                int _ = (int) CLOSE.invokeExact(descriptor);
            }
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        arena.close();
    }

    @SuppressWarnings("restricted") // that is what it is for
    private static MethodHandle handle(String name, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
    }
}
