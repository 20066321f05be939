package org.edgeways.avedge.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.edgeways.net.Gathering;
import org.edgeways.turn.stun.TransportAddress;
import org.jspecify.annotations.Nullable;

/**
 * On Linux: many datagrams with each system call, through {@link java.lang.foreign}. Datagrams that the system has received as
 * one (UDP_GRO) are taken apart, and sent as one again where they go to one place. Receiving and sending allocate nothing.
 */
public final class LinuxSockets implements DatagramSockets {

    /** The property of the process that, if it is true, says that these are not to be used though they work. */
    public static final String NOT_WANTED = "edgeways.plainSockets";

    /** Most sockets that one wait tells of: each of them then has a slot at least. */
    private static final int EVENTS = ReceiveSlots.BATCH;

    private static final List<String> CALLS =
            List.of("epoll_create1", "epoll_ctl", "epoll_wait", "eventfd", "recvmmsg", "sendmmsg", "usleep");

    private static final int FIRST_SOCKETS = 64;

    /** A wait that took less has found what was there before. */
    private static final long AT_ONCE_NANOS = 10_000;

    private static final int CLOSED = -1;
    private static final int LISTENER_BUFFER_BYTES = 4 << 20;

    // sys/socket.h, netinet/in.h, linux/udp.h: the same on x86-64 and aarch64
    private static final int SOCK_DGRAM = 2;
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;
    private static final int SOL_IP = 0;
    private static final int SOL_SOCKET = 1;
    private static final int SOL_UDP = 17;
    private static final int SOL_IPV6 = 41;
    private static final int SO_SNDBUF = 7;
    private static final int SO_RCVBUF = 8;
    private static final int SO_REUSEPORT = 15;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IP_RECVERR = 11;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int IPV6_RECVERR = 25;
    private static final int IPV6_V6ONLY = 26;
    // DF is not set. What ICMP says of a packet that had it comes when it is not set any more: of these two the system
    // tells it
    private static final int IP_PMTUDISC_OMIT = 5;
    private static final int IPV6_PMTUDISC_DONT = 0;

    /** DF is set, and what the system knows of the path does not matter: the client may seek something longer. */
    private static final int PMTUDISC_PROBE = 3;

    private static final int UDP_GRO = 104;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLLIN = 1;
    private static final int EPOLLERR = 8;

    /** On x86-64 alone {@code struct epoll_event} has no gap. */
    private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");

    private static final int EVENT_BYTES = PACKED ? 12 : 16;
    private static final int EVENT_TAG = PACKED ? 4 : 8;
    private static final int WAKE_TAG = -1;

    private final Arena arena = Arena.ofShared();
    private final SystemCalls calls = new SystemCalls(arena);
    private final Counts counts = new Counts();
    private final SendQueue queue = new SendQueue(arena, calls, counts);
    private final ReceiveSlots slots = new ReceiveSlots(arena, calls, counts, queue);
    private final ErrorQueue errors = new ErrorQueue(arena, calls);
    private final SocketNumbers numbers = new SocketNumbers();
    private final MemorySegment events = arena.allocate((long) EVENTS * EVENT_BYTES, Long.BYTES);
    private final MemorySegment event = arena.allocate(EVENT_BYTES, Long.BYTES);
    private final MemorySegment name = arena.allocate(SocketNames.BYTES, Long.BYTES);
    private final MemorySegment value = arena.allocate(Long.BYTES, Long.BYTES);
    private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Object wakeLock = new Object();
    private final @Nullable Gathering gathering;
    private final int epoll;
    private int wake = CLOSED;

    /** Messages that the last wait has brought. */
    private int received;

    private int[] descriptors = new int[FIRST_SOCKETS];
    private boolean closed;

    /**
     * None yet. What comes is handed on at once, one by one if it comes so.
     *
     * @throws IOException if the system has no descriptors left
     * @throws UnsupportedOperationException if that does not work here, as {@link #whyNot} may have said
     */
    public LinuxSockets() throws IOException {
        this(null);
    }

    /** As {@link #LinuxSockets()}; but when much comes, lets it gather for about a tenth of a millisecond, which saves calls. */
    public static LinuxSockets gathering() throws IOException {
        return new LinuxSockets(new Gathering());
    }

    /** With another way to gather; null for none. */
    LinuxSockets(@Nullable Gathering gathering) throws IOException {
        this.gathering = gathering;
        Optional<String> why = whyNot();
        if (why.isPresent()) {
            throw new UnsupportedOperationException(why.get());
        }
        Arrays.fill(descriptors, CLOSED);
        epoll = calls.epollCreate(CLOEXEC);
        boolean works = false;
        try {
            wake = calls.eventfd(0, NONBLOCK | CLOEXEC);
            if (epoll < 0 || wake < 0) {
                throw failed("no descriptor to wait with");
            }
            watch(wake, WAKE_TAG);
            if (calls.sendMany(wake, 0, 0) >= 0 || calls.error() != SystemCalls.ENOTSOCK) {
                throw new UnsupportedOperationException("sendmmsg does not work: error " + calls.error());
            }
            if (calls.receiveMany(wake, 0, 0) >= 0 || calls.error() != SystemCalls.ENOTSOCK) {
                throw new UnsupportedOperationException("recvmmsg does not work: error " + calls.error());
            }
            works = true;
        } finally {
            if (!works) {
                close();
            }
        }
    }

    /** Why it cannot be used here; empty if nothing is known that is against it. */
    public static Optional<String> whyNot() {
        String processor = System.getProperty("os.arch", "");
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return Optional.of("this is not Linux");
        }
        if (!processor.equals("amd64") && !processor.equals("aarch64")) {
            return Optional.of("structures are known for amd64 and aarch64, not for " + processor);
        }
        if (!ByteOrder.nativeOrder().equals(ByteOrder.LITTLE_ENDIAN)) {
            return Optional.of("the processor is not little-endian");
        }
        if (Boolean.getBoolean(NOT_WANTED)) {
            return Optional.of(NOT_WANTED + " says that they are not wanted");
        }
        if (!LinuxSockets.class.getModule().isNativeAccessEnabled()) {
            return Optional.of("native access is not enabled (--enable-native-access)");
        }
        return CALLS.stream()
                .filter(call -> Linker.nativeLinker().defaultLookup().find(call).isEmpty())
                .findFirst()
                .map(call -> "the C library has no " + call);
    }

    private SocketException failed(String what) {
        return new SocketException(what + ": error " + calls.error());
    }

    private void watch(int descriptor, int tag) throws SocketException {
        event.set(JAVA_INT, 0, EPOLLIN);
        event.set(JAVA_LONG_UNALIGNED, EVENT_TAG, tag);
        if (calls.epollControl(epoll, EPOLL_CTL_ADD, descriptor, event.address()) < 0) {
            throw failed("a descriptor cannot be waited for");
        }
    }

    // ---- opening and closing

    @Override
    public int open(InetSocketAddress address, boolean shared) throws IOException {
        TransportAddress local = TransportAddress.of(address);
        boolean ipv6 = !local.isIpv4();
        int descriptor =
                calls.socket(ipv6 ? SocketNames.AF_INET6 : SocketNames.AF_INET, SOCK_DGRAM | NONBLOCK | CLOEXEC, 0);
        if (descriptor < 0) {
            throw failed("no socket");
        }
        int number = numbers.take();
        boolean opened = false;
        try {
            prepare(descriptor, ipv6, shared);
            name.fill((byte) 0);
            int bytes = SocketNames.write(name, 0, ipv6, local.high(), local.low(), local.port());
            if (calls.bind(descriptor, name.address(), bytes) < 0) {
                boolean inUse = calls.error() == SystemCalls.EADDRINUSE;
                throw new BindException(local + (inUse ? " is in use" : " cannot be had: error " + calls.error()));
            }
            watch(descriptor, number);
            opened = true;
        } finally {
            if (!opened) {
                numbers.giveBack(number);
                calls.close(descriptor);
            }
        }
        if (number >= descriptors.length) {
            int old = descriptors.length;
            descriptors = Arrays.copyOf(descriptors, Math.max(2 * old, number + 1));
            Arrays.fill(descriptors, old, descriptors.length, CLOSED);
        }
        descriptors[number] = descriptor;
        queue.socket(number, descriptor, ipv6);
        slots.socket(number, shared);
        return number;
    }

    private void prepare(int descriptor, boolean ipv6, boolean shared) throws SocketException {
        if (ipv6) {
            set(descriptor, SOL_IPV6, IPV6_V6ONLY, 1);
        }
        fragments(descriptor, ipv6, true); // RFC 8656 section 14.2: what does not ask for DF goes without it
        if (shared) {
            set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
            set(descriptor, SOL_SOCKET, SO_RCVBUF, LISTENER_BUFFER_BYTES); // the system gives less if it must
            set(descriptor, SOL_SOCKET, SO_SNDBUF, LISTENER_BUFFER_BYTES);
        } else if (ipv6) {
            set(descriptor, SOL_IPV6, IPV6_RECVERR, 1);
        } else {
            set(descriptor, SOL_IP, IP_RECVERR, 1);
        }
        value.set(JAVA_INT, 0, 1);
        calls.setsockopt(descriptor, SOL_UDP, UDP_GRO, value.address(), Integer.BYTES); // not there before Linux 5.0
    }

    private void fragments(int descriptor, boolean ipv6, boolean allowed) throws SocketException {
        if (ipv6) {
            set(descriptor, SOL_IPV6, IPV6_MTU_DISCOVER, allowed ? IPV6_PMTUDISC_DONT : PMTUDISC_PROBE);
        } else {
            set(descriptor, SOL_IP, IP_MTU_DISCOVER, allowed ? IP_PMTUDISC_OMIT : PMTUDISC_PROBE);
        }
    }

    private void set(int descriptor, int level, int option, int number) throws SocketException {
        value.set(JAVA_INT, 0, number);
        if (calls.setsockopt(descriptor, level, option, value.address(), Integer.BYTES) < 0) {
            throw failed("option " + option + " of level " + level);
        }
    }

    private boolean isOpen(int socket) {
        return socket >= 0 && socket < descriptors.length && descriptors[socket] != CLOSED;
    }

    @Override
    public InetSocketAddress localAddress(int socket) {
        value.set(JAVA_INT, 0, SocketNames.BYTES);
        if (!isOpen(socket) || calls.getsockname(descriptors[socket], name.address(), value.address()) < 0) {
            throw new IllegalStateException("socket " + socket + " is closed");
        }
        return SocketNames.read(name, 0);
    }

    @Override
    public void close(int socket) {
        if (!isOpen(socket)) {
            return;
        }
        queue.flush();
        calls.close(descriptors[socket]);
        descriptors[socket] = CLOSED;
        queue.socket(socket, CLOSED, false);
        numbers.release(socket);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (int socket = 0; socket < descriptors.length; socket++) {
            close(socket);
        }
        synchronized (wakeLock) {
            if (wake >= 0) {
                calls.close(wake);
            }
            wake = CLOSED;
        }
        if (epoll >= 0) {
            calls.close(epoll);
        }
        arena.close();
    }

    // ---- receiving and sending

    @Override
    public void receive(long timeoutNanos, Receiver receiver) throws IOException {
        slots.flush();
        numbers.recycle();
        long began = System.nanoTime();
        int micros = gathering == null || woken.get() ? 0 : gathering.pause(began, received, timeoutNanos);
        if (micros > 0) {
            var _ = calls.sleep(micros);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + (timeoutNanos % 1_000_000 > 0 ? 1 : 0);
        int timeout = Math.clamp(millis, 0, Integer.MAX_VALUE);
        int ready = calls.epollWait(epoll, events.address(), EVENTS, timeout);
        if (ready < 0 && calls.error() != SystemCalls.EINTR) {
            throw failed("waiting failed");
        }
        boolean atOnce = micros > 0 || System.nanoTime() - began < AT_ONCE_NANOS;
        slots.waited(atOnce);
        if (gathering != null && micros == 0) {
            gathering.waited(atOnce);
        }
        for (int i = 0; i < ready; i++) {
            int socket = events.get(JAVA_INT_UNALIGNED, (long) i * EVENT_BYTES + EVENT_TAG);
            if (socket == WAKE_TAG) {
                calls.read(wake, value.address(), Long.BYTES);
                woken.set(false);
            } else if (isOpen(socket)) { // it may have been closed since
                if ((events.get(JAVA_INT_UNALIGNED, (long) i * EVENT_BYTES) & EPOLLERR) != 0) {
                    errors.receive(socket, descriptors[socket], receiver);
                }
                if (!isOpen(socket)) {
                    continue; // by what was told
                }
                int most = Math.min(ReceiveSlots.BATCH, slots.free() - (ready - i - 1));
                slots.receive(socket, descriptors[socket], most, receiver);
            }
        }
        received = slots.used();
        slots.flush();
    }

    @Override
    public void send(int socket, MemorySegment buffer, long offset, int length, long high, long low, int port) {
        if (canSend(socket, length, high, low, port)) {
            long address = slots.isOwn(buffer) ? slots.address(offset) : slots.copy(buffer, offset, length);
            queue.add(socket, address, length, high, low, port);
        }
    }

    @Override
    public void send(int socket, byte[] message, long high, long low, int port) {
        send(socket, MemorySegment.ofArray(message), 0, message.length, high, low, port);
    }

    @Override
    public boolean canSendWhole() {
        return true;
    }

    @Override
    public void sendWhole(int socket, MemorySegment buffer, long offset, int length, long high, long low, int port) {
        if (!canSend(socket, length, high, low, port)) {
            return;
        }
        queue.flush(); // what came before it may be fragmented
        try {
            fragments(descriptors[socket], queue.isIpv6(socket), false);
            long address = slots.isOwn(buffer) ? slots.address(offset) : slots.copy(buffer, offset, length);
            queue.add(socket, address, length, high, low, port);
            queue.flush();
            fragments(descriptors[socket], queue.isIpv6(socket), true);
        } catch (SocketException e) {
            throw new IllegalStateException("an option that could be set before", e);
        }
    }

    private boolean canSend(int socket, int length, long high, long low, int port) {
        if (!isOpen(socket)) {
            counts.add(Count.CLOSED, 1);
        } else if (length > LONGEST_DATAGRAM) {
            counts.add(Count.TOO_LONG, 1);
        } else if (port == 0 || queue.isIpv6(socket) == TransportAddress.isIpv4(high, low)) {
            counts.add(Count.UNREACHABLE, 1);
        } else {
            if (queue.isFull()) {
                queue.flush();
            }
            return true;
        }
        return false;
    }

    @Override
    public void flush() {
        queue.flush();
    }

    @Override
    public void wakeUp() {
        if (!woken.compareAndSet(false, true)) {
            return;
        }
        synchronized (wakeLock) {
            if (wake >= 0) {
                SystemCalls.write(wake, one.address(), Long.BYTES);
            }
        }
    }

    @Override
    public long count(Count which) {
        return counts.get(which);
    }

    @Override
    public long unsent() {
        return counts.unsent();
    }

    /** How many messages the next call for a socket asks for. */
    int asked(int socket) {
        return slots.asked(socket);
    }

    @Override
    public String toString() {
        return "batched system calls of Linux";
    }
}
