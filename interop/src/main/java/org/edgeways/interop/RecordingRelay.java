package org.edgeways.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateParsingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Stands between the clients outside and the edge, with a certificate for the edge's name from the test's authority, and
 * writes down what the edge sends, decrypted: one file for each connection, and one for the certificates that it showed there;
 * also once those that it shows to who names no host. It verifies the edge as a client does.
 *
 * <p>A relay rather than the keys of the TLS sessions: baresip and linphonec do not give those away.
 *
 * <p>Arguments: the key store with its own certificate and, as the only one it trusts, the authority's; the directory for
 * the recordings; the edge's address, its name, and the ports to listen on and pass on to.
 */
public final class RecordingRelay {
    static final String PASSWORD = "interop";
    static final String READY = "the relay listens";

    private static final int BUFFER_BYTES = 16 * 1024;

    private final SSLContext context;
    private final Path recordings;
    private final String edgeAddress;
    private final String edgeName;
    private final AtomicInteger connections = new AtomicInteger();

    private RecordingRelay(SSLContext context, Path recordings, String edgeAddress, String edgeName) {
        this.context = context;
        this.recordings = recordings;
        this.edgeAddress = edgeAddress;
        this.edgeName = edgeName;
    }

    /** Runs until it is killed. */
    public static void main(String[] arguments) throws Exception {
        SSLContext context = TestCertificates.context(Path.of(arguments[0]), PASSWORD, new SecureRandom());
        RecordingRelay relay = new RecordingRelay(context, Path.of(arguments[1]), arguments[2], arguments[3]);
        List<Thread> listeners = new ArrayList<>();
        for (String port : List.of(arguments).subList(4, arguments.length)) {
            SSLServerSocket server =
                    (SSLServerSocket) context.getServerSocketFactory().createServerSocket(Integer.parseInt(port));
            listeners.add(Thread.ofPlatform().start(() -> relay.accept(server)));
        }
        say(READY);
        for (Thread listener : listeners) {
            listener.join();
        }
    }

    @SuppressWarnings("SystemOut") // the driver reads it
    private static void say(String line) {
        System.out.println(line);
    }

    private void accept(SSLServerSocket server) {
        while (true) {
            try {
                SSLSocket client = (SSLSocket) server.accept();
                Thread.ofVirtual().start(() -> relay(client, server.getLocalPort()));
            } catch (IOException e) {
                say("not accepted: " + e);
            }
        }
    }

    private void relay(SSLSocket client, int port) {
        int number = connections.incrementAndGet();
        Path file = recordings.resolve("%04d-%d.from-edge".formatted(number, port));
        say(Instant.now() + " connection " + number + " from " + client.getRemoteSocketAddress() + " to port " + port);
        try (client;
                SSLSocket edge = connect(port);
                OutputStream recording = Files.newOutputStream(file)) {
            record(edge, "%04d-%d.certificates.from-edge".formatted(number, port));
            if (number == 1) {
                nameNobody(port);
            }
            Thread back = Thread.ofVirtual().start(() -> pass(edge, client, recording));
            pass(client, edge, OutputStream.nullOutputStream());
            back.join();
        } catch (IOException | CertificateParsingException e) {
            say("connection " + number + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void record(SSLSocket edge, String file) throws IOException, CertificateParsingException {
        Files.write(
                recordings.resolve(file),
                ShownCertificates.text(edge.getSession().getPeerCertificates()));
    }

    /** Looks at what is shown without a name that was asked for, as to a scanner (RFC 6066 section 3 has no names for addresses). */
    private void nameNobody(int port) throws IOException, CertificateParsingException {
        try (SSLSocket edge = (SSLSocket) context.getSocketFactory().createSocket(edgeAddress, port)) {
            edge.startHandshake();
            record(edge, "nameless-%d.certificates.from-edge".formatted(port));
        }
    }

    private SSLSocket connect(int port) throws IOException {
        SSLSocketFactory factory = context.getSocketFactory();
        Socket plain = new Socket(edgeAddress, port);
        SSLSocket edge = (SSLSocket) factory.createSocket(plain, edgeName, port, true);
        SSLParameters parameters = edge.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        edge.setSSLParameters(parameters);
        edge.startHandshake();
        return edge;
    }

    /** Recorded before it is passed on: what a client has seen is in the file. Ends both when either ends. */
    private static void pass(SSLSocket from, SSLSocket to, OutputStream recording) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                recording.write(buffer, 0, read);
                out.write(buffer, 0, read);
            }
        } catch (IOException ended) {
            return;
        }
    }
}
