package org.edgeways.net.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.edgeways.base.Result;
import org.edgeways.net.NetErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a ClientHello (RFC 8446 section 4.1.2; older versions have the same form). Whatever is not asked for
 * here is for the TLS implementation to judge.
 */
final class ClientHelloParser {

    private static final int RANDOM_BYTES = 32;
    private static final int LONGEST_SESSION_ID = 32;
    private static final int SERVER_NAME = 0;
    private static final int APPLICATION_PROTOCOLS = 16;
    private static final int HOST_NAME = 0;
    private static final int LONGEST_HOST_NAME = 253;

    /** Stays within this class. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;
        private final int offset;

        Malformed(String reason, int offset) {
            super(reason, null, false, false);
            this.offset = offset;
        }
    }

    /** A part of the message, read from its beginning; every step checks the bound. */
    private static final class Part {
        private final byte[] bytes;
        private final int end;
        private int at;

        Part(byte[] bytes, int at, int end) {
            this.bytes = bytes;
            this.at = at;
            this.end = end;
        }

        int left() {
            return end - at;
        }

        void skip(int count, String what) throws Malformed {
            if (left() < count) {
                throw new Malformed(what + " is cut off", at);
            }
            at += count;
        }

        int number(int size, String what) throws Malformed {
            int from = at;
            skip(size, what);
            int value = 0;
            for (int i = from; i < at; i++) {
                value = value << 8 | bytes[i] & 0xff;
            }
            return value;
        }

        /** The part that a length of {@code size} bytes announces. */
        Part part(int size, String what) throws Malformed {
            int length = number(size, what);
            int from = at;
            skip(length, what);
            return new Part(bytes, from, from + length);
        }

        String text() {
            return new String(bytes, at, left(), StandardCharsets.ISO_8859_1);
        }
    }

    private ClientHelloParser() {}

    static Result<ClientHello> parse(byte[] bytes, int from, int to) {
        try {
            return Result.ok(parse(new Part(bytes, from, to)));
        } catch (Malformed malformed) {
            return Result.bad(
                    NetErrorCode.CLIENT_HELLO_MALFORMED, malformed.offset, String.valueOf(malformed.getMessage()));
        }
    }

    private static ClientHello parse(Part hello) throws Malformed {
        hello.number(2, "version");
        hello.skip(RANDOM_BYTES, "random");
        if (hello.part(1, "session id").left() > LONGEST_SESSION_ID) {
            throw new Malformed("session id", hello.at);
        }
        Part suites = hello.part(2, "cipher suites");
        if (suites.left() == 0 || suites.left() % 2 != 0) {
            throw new Malformed("cipher suites", suites.at);
        }
        if (hello.part(1, "compression methods").left() == 0) {
            throw new Malformed("compression methods", hello.at);
        }
        if (hello.left() == 0) {
            return new ClientHello(null, List.of()); // no extensions at all
        }
        Part extensions = hello.part(2, "extensions");
        if (hello.left() > 0) {
            throw new Malformed("something follows the extensions", hello.at);
        }
        return extensions(extensions);
    }

    private static ClientHello extensions(Part extensions) throws Malformed {
        @Nullable Part serverName = null;
        @Nullable Part protocols = null;
        while (extensions.left() > 0) {
            int at = extensions.at;
            int type = extensions.number(2, "extension");
            Part body = extensions.part(2, "extension");
            if (type == SERVER_NAME) {
                if (serverName != null) {
                    throw new Malformed("server name twice", at);
                }
                serverName = body;
            } else if (type == APPLICATION_PROTOCOLS) {
                if (protocols != null) {
                    throw new Malformed("application protocols twice", at);
                }
                protocols = body;
            }
        }
        return new ClientHello(
                serverName == null ? null : serverName(serverName),
                protocols == null ? List.of() : applicationProtocols(protocols));
    }

    /** RFC 6066 section 3: at most one name of each type; host_name is the only type there is. */
    private static @Nullable String serverName(Part extension) throws Malformed {
        Part list = extension.part(2, "server names");
        if (extension.left() > 0 || list.left() == 0) {
            throw new Malformed("server names", extension.at);
        }
        @Nullable String found = null;
        while (list.left() > 0) {
            int at = list.at;
            int type = list.number(1, "server name");
            Part name = list.part(2, "server name");
            if (type != HOST_NAME) {
                continue;
            }
            if (found != null || name.left() == 0) {
                throw new Malformed("server name", at);
            }
            found = name.text();
        }
        return found == null ? null : hostName(found);
    }

    private static @Nullable String hostName(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        boolean plain = !name.isEmpty()
                && name.length() <= LONGEST_HOST_NAME
                && name.chars()
                        .allMatch(
                                c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_');
        return plain ? name : null;
    }

    /** RFC 7301 section 3.1: names of at least one byte. */
    private static List<String> applicationProtocols(Part extension) throws Malformed {
        Part list = extension.part(2, "application protocols");
        if (extension.left() > 0 || list.left() == 0) {
            throw new Malformed("application protocols", extension.at);
        }
        List<String> names = new ArrayList<>();
        while (list.left() > 0) {
            Part name = list.part(1, "application protocol");
            if (name.left() == 0) {
                throw new Malformed("application protocol", name.at);
            }
            names.add(name.text());
        }
        return names;
    }
}
