package org.edgeways.avedge.udp;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The calls of the C library that {@link LinuxSockets} needs, for one thread: the error number of the last one is kept. Pointers are
 * plain numbers, so that no object is made for a call. None of them throws; what they return is what the system says.
 */
@SuppressWarnings("restricted") // that is what it is for
final class SystemCalls {

    // linux/errno.h, the same on x86-64 and aarch64
    static final int EPERM = 1;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EINVAL = 22;
    static final int EPROTO = 71;
    static final int ENOTSOCK = 88;
    static final int EMSGSIZE = 90;
    static final int ENOPROTOOPT = 92;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ENETDOWN = 100;
    static final int ENETUNREACH = 101;
    static final int ENOBUFS = 105;
    static final int ECONNREFUSED = 111;
    static final int EHOSTUNREACH = 113;

    private static final int MSG_ERRQUEUE = 0x2000;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    /** For calls that never wait: the thread needs not tell the virtual machine that it is away. */
    private static final Linker.Option SHORT = Linker.Option.critical(false);

    private static final MethodHandle SOCKET = call("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = call("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKNAME = call("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SETSOCKOPT =
            call("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CLOSE = call("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle EPOLL_CREATE1 = call("epoll_create1", JAVA_INT, JAVA_INT);
    private static final MethodHandle EPOLL_CTL = call("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle EVENTFD = call("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);
    // What is called for each packet or in each turn keeps no error number, since that would make an object: if it
    // fails,
    // and the number matters, it is called once more.

    private static final MethodHandle RECVMMSG =
            fast("recvmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle RECVMMSG_AGAIN =
            call("recvmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SENDMMSG = fast("sendmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle SENDMMSG_AGAIN =
            call("sendmmsg", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle SENDTO =
            fast("sendto", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SENDTO_AGAIN =
            call("sendto", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle READ = fast("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle EPOLL_LOOK =
            fast("epoll_wait", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle EPOLL_LOOK_AGAIN =
            call("epoll_wait", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);

    /** Waits. */
    private static final MethodHandle USLEEP =
            LINKER.downcallHandle(symbol("usleep"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    /** Waits. */
    private static final MethodHandle EPOLL_WAIT = LINKER.downcallHandle(
            symbol("epoll_wait"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));

    /** Without error number: it is called by any thread. */
    private static final MethodHandle WRITE =
            LINKER.downcallHandle(symbol("write"), FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));

    /** Where the error number of the last call is put. */
    private final MemorySegment state;

    SystemCalls(Arena arena) {
        state = arena.allocate(Linker.Option.captureStateLayout());
    }

    private static MemorySegment symbol(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("the C library has no " + name));
    }

    private static MethodHandle call(String name, ValueLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(symbol(name), FunctionDescriptor.of(result, arguments), ERRNO, SHORT);
    }

    private static MethodHandle fast(String name, ValueLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(symbol(name), FunctionDescriptor.of(result, arguments), SHORT);
    }

    private static AssertionError never(Throwable thrown) {
        return new AssertionError("a system call threw", thrown);
    }

    /** The error number of the last call that failed. */
    int error() {
        return state.get(JAVA_INT, 0);
    }

    int socket(int family, int type, int protocol) {
        try {
            return (int) SOCKET.invokeExact(state, family, type, protocol);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int bind(int socket, long name, int nameLength) {
        try {
            return (int) BIND.invokeExact(state, socket, name, nameLength);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int getsockname(int socket, long name, long nameLength) {
        try {
            return (int) GETSOCKNAME.invokeExact(state, socket, name, nameLength);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int setsockopt(int socket, int level, int option, long value, int valueLength) {
        try {
            return (int) SETSOCKOPT.invokeExact(state, socket, level, option, value, valueLength);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int close(int descriptor) {
        try {
            return (int) CLOSE.invokeExact(state, descriptor);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int epollCreate(int flags) {
        try {
            return (int) EPOLL_CREATE1.invokeExact(state, flags);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int epollControl(int epoll, int operation, int descriptor, long event) {
        try {
            return (int) EPOLL_CTL.invokeExact(state, epoll, operation, descriptor, event);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int epollWait(int epoll, long events, int most, int timeoutMillis) {
        try {
            int ready = timeoutMillis > 0
                    ? (int) EPOLL_WAIT.invokeExact(epoll, events, most, timeoutMillis)
                    : (int) EPOLL_LOOK.invokeExact(epoll, events, most, 0);
            return ready >= 0 ? ready : (int) EPOLL_LOOK_AGAIN.invokeExact(state, epoll, events, most, 0);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int sleep(int micros) {
        try {
            return (int) USLEEP.invokeExact(micros);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int eventfd(int initial, int flags) {
        try {
            return (int) EVENTFD.invokeExact(state, initial, flags);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    /** Keeps no error number. */
    long read(int descriptor, long buffer, long length) {
        try {
            return (long) READ.invokeExact(descriptor, buffer, length);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int receiveMany(int socket, long messages, int count) {
        try {
            int received = (int) RECVMMSG.invokeExact(socket, messages, count, 0, 0L);
            return received >= 0 ? received : (int) RECVMMSG_AGAIN.invokeExact(state, socket, messages, count, 0, 0L);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    /** As {@link #receiveMany}, of what ICMP has said (MSG_ERRQUEUE). */
    int receiveErrors(int socket, long messages, int count) {
        try {
            return (int) RECVMMSG_AGAIN.invokeExact(state, socket, messages, count, MSG_ERRQUEUE, 0L);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    int sendMany(int socket, long messages, int count) {
        try {
            int sent = (int) SENDMMSG.invokeExact(socket, messages, count, 0);
            return sent >= 0 ? sent : (int) SENDMMSG_AGAIN.invokeExact(state, socket, messages, count, 0);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    long send(int socket, long bytes, long length, long name, int nameLength) {
        try {
            long sent = (long) SENDTO.invokeExact(socket, bytes, length, 0, name, nameLength);
            return sent >= 0
                    ? sent
                    : (long) SENDTO_AGAIN.invokeExact(state, socket, bytes, length, 0, name, nameLength);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }

    /** From any thread. */
    static long write(int descriptor, long buffer, long length) {
        try {
            return (long) WRITE.invokeExact(descriptor, buffer, length);
        } catch (Throwable thrown) {
            throw never(thrown);
        }
    }
}
