package org.edgeways.link;

import java.nio.file.Path;
import java.util.Optional;

/** Where a named service is found, as the inside sees it. */
public sealed interface Origin {

    /**
     * A web server on TCP.
     *
     * @param server a name or an address literal
     * @param port 1 to 65535
     * @param hostField what the Host field of requests says; if empty, server and port
     */
    record Tcp(String server, int port, Optional<String> hostField) implements Origin {
        public Tcp {
            if (server.isBlank() || port < 1 || port > 65_535) {
                throw new IllegalArgumentException("an origin needs a server and a port");
            }
            hostField.ifPresent(Origin::checkHost);
        }

        /** One whose Host field names it. */
        public Tcp(String server, int port) {
            this(server, port, Optional.empty());
        }

        @Override
        public String host() {
            return hostField.orElseGet(() -> (server.indexOf(':') >= 0 ? "[" + server + "]" : server) + ":" + port);
        }
    }

    /**
     * A web server on a Unix domain socket.
     *
     * @param path of the socket
     * @param hostField what the Host field of requests says; if empty, {@code localhost}
     */
    record Unix(Path path, Optional<String> hostField) implements Origin {
        public Unix {
            hostField.ifPresent(Origin::checkHost);
        }

        /** One whose Host field says {@code localhost}. */
        public Unix(Path path) {
            this(path, Optional.empty());
        }

        @Override
        public String host() {
            return hostField.orElse("localhost");
        }
    }

    /** What the Host field of requests says. */
    String host();

    private static void checkHost(String host) {
        if (host.isEmpty() || !host.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new IllegalArgumentException("not a host: " + host);
        }
    }
}
