package org.edgeways.interop;

import static org.edgeways.interop.Account.STEP;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * nginx as a web server inside, on a port of its place's loopback and on a Unix socket: files under {@code /}, the same compressed and
 * so in chunks under {@code /gz/}, uploads by PUT under {@code /up/}, uploads refused while they come under {@code
 * /small/}, and a connection that is closed without an answer at {@code /silent}.
 */
public final class Nginx implements AutoCloseable {
    private static final int BLOCK = 64 * 1024;

    private final WorkDirectory directory;
    private final int port;
    private final RunningProgram program;

    private Nginx(WorkDirectory directory, int port, RunningProgram program) {
        this.directory = directory;
        this.port = port;
        this.program = program;
    }

    /** Starts it there. */
    public static Nginx start(Place place, String name) {
        WorkDirectory directory = WorkDirectory.create();
        int port = LoopbackPorts.consecutive(1);
        directory.write("www/index.html", "<p>hello\n");
        directory.write("www/gz/words.txt", "all the same words\n".repeat(5_000));
        directory.write("nginx.conf", config(directory.path(), port));
        RunningProgram program = RunningProgram.start(
                place,
                name,
                directory.path(),
                directory.environment(),
                List.of(
                        Program.NGINX.path().toString(),
                        "-p",
                        directory.path().toString(),
                        "-e",
                        "stderr",
                        "-c",
                        directory.path().resolve("nginx.conf").toString()));
        Nginx nginx = new Nginx(directory, port, program);
        try {
            Polling.until("nginx listens", STEP, nginx::listens);
            return nginx;
        } catch (RuntimeException | Error e) {
            nginx.close();
            throw new AssertionError(
                    "nginx has not started:\n" + program.transcript().text(), e);
        }
    }

    /** It opens its sockets in the order of its configuration: the other is there before. */
    private boolean listens() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket()));
        } catch (IOException e) {
            return false;
        }
    }

    private static String config(Path directory, int port) {
        // no master and no change of user: it runs as whoever runs the test
        return """
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr warn;
                events { worker_connections 256; }
                http {
                  log_format bytes '$request_method $uri $status $bytes_sent';
                  access_log access.log bytes;
                  client_body_temp_path tmp-body;
                  proxy_temp_path tmp-proxy;
                  fastcgi_temp_path tmp-fastcgi;
                  uwsgi_temp_path tmp-uwsgi;
                  scgi_temp_path tmp-scgi;
                  default_type application/octet-stream;
                  client_max_body_size 0;
                  server {
                    listen 127.0.0.1:%d;
                    listen unix:%s;
                    root %s;
                    add_header Server-Address $server_addr;
                    location /gz/ { gzip on; gzip_types *; gzip_min_length 1; }
                    location /up/ { dav_methods PUT; create_full_put_path on; }
                    location /small/ { dav_methods PUT; client_max_body_size 1k; }
                    location /silent { return 444; }
                    location /moved { return 302 /index.html; }
                  }
                }
                """.formatted(port, directory.resolve("http.sock"), directory.resolve("www"));
    }

    /** Its port on its place's loopback. */
    public int port() {
        return port;
    }

    /** Its Unix socket. */
    public Path socket() {
        return directory.path().resolve("http.sock");
    }

    /**
     * Puts a file there.
     *
     * @param name below its root
     * @param bytes a multiple of 64 KiB
     * @param seed of what is in it
     * @return its SHA-256, hexadecimal
     */
    public String put(String name, long bytes, long seed) {
        Random random = new Random(seed);
        byte[] block = new byte[BLOCK];
        MessageDigest digest = sha256();
        try (OutputStream out =
                Files.newOutputStream(directory.path().resolve("www").resolve(name))) {
            for (long written = 0; written < bytes; written += block.length) {
                random.nextBytes(block);
                digest.update(block);
                out.write(block);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** A digest to compare with. */
    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** What it has logged of ended requests: method, path, status, and the bytes that the system took of its answer. */
    public List<String> log() {
        try {
            return Files.readAllLines(directory.path().resolve("access.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        program.close();
        directory.close();
    }
}
