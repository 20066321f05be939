package org.edgeways.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Where a program runs, and so from which address it speaks. */
public sealed interface Place {
    /** This machine's own loopback, where everything meets that is in no network of its own. */
    Place LOOPBACK = new Loopback();

    /** The address that a program binds to here, as a literal. */
    String address();

    /** The host by which a client that looks names up in the DNS alone dials a server. */
    String dialled(String serverHost);

    /** The command that runs {@code command} here. */
    List<String> command(List<String> command);

    /** Opens a TCP connection to a program that listens on the loopback address here. */
    Control connect(int port);

    /** Does something of this process here, and waits for its end: a server that it starts listens here. */
    <T> T here(Task<T> task) throws IOException;

    /** Something of this process that opens sockets. */
    @FunctionalInterface
    interface Task<T> {
        T run() throws IOException;
    }

    /**
     * A connection to a program's control port.
     *
     * @param close what ends it
     */
    record Control(InputStream input, OutputStream output, Runnable close) {}

    /** On loopback no DNS server answers, so clients that ask one need the address. */
    record Loopback() implements Place {
        @Override
        public String address() {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }

        @Override
        public String dialled(String serverHost) {
            return address();
        }

        @Override
        public List<String> command(List<String> command) {
            return command;
        }

        @Override
        public Control connect(int port) {
            try {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                return new Control(socket.getInputStream(), socket.getOutputStream(), () -> close(socket));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public <T> T here(Task<T> task) throws IOException {
            return task.run();
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * A network namespace of this machine with a DNS server that knows the names.
     *
     * @param namespace its name for {@code ip netns}
     * @param address of its interface
     */
    record Namespace(String namespace, String address) implements Place {
        @Override
        public String dialled(String serverHost) {
            return serverHost;
        }

        /** {@code ip} puts itself in place and then becomes the program: the process stays ours. */
        @Override
        public List<String> command(List<String> command) {
            List<String> inside = new ArrayList<>(List.of(Program.IP.path().toString(), "netns", "exec", namespace));
            inside.addAll(command);
            return inside;
        }

        @Override
        public <T> T here(Task<T> task) throws IOException {
            return NamespaceThread.call(namespace, task);
        }

        /** Our own process is in another network: socat, which is in this one, passes the bytes on. */
        @Override
        public Control connect(int port) {
            ProcessBuilder socat = new ProcessBuilder(
                            command(List.of(Program.SOCAT.path().toString(), "STDIO", "TCP:127.0.0.1:" + port)))
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            try {
                Process process = socat.start();
                return new Control(process.getInputStream(), process.getOutputStream(), process::destroy);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
