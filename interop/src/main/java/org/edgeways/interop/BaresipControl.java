package org.edgeways.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** baresip's {@code ctrl_tcp}: commands, answers and events as JSON in netstrings. */
final class BaresipControl implements AutoCloseable {
    private final JsonMapper json = JsonMapper.builder().build();
    private final Place.Control connection;
    private final Transcript events = new Transcript();
    private int token;

    private BaresipControl(String name, Place.Control connection) {
        this.connection = connection;
        Thread.ofVirtual().name(name + " events").start(this::read);
    }

    static BaresipControl connect(String name, Place place, int port) {
        return new BaresipControl(name, place.connect(port));
    }

    private void read() {
        try (InputStream input = new BufferedInputStream(connection.input())) {
            for (int length = length(input); length >= 0; length = length(input)) {
                events.append(new String(input.readNBytes(length), StandardCharsets.UTF_8));
                input.skipNBytes(1);
            }
        } catch (IOException closed) {
            events.append("{\"closed\":true}");
        } finally {
            events.end();
        }
    }

    private static int length(InputStream input) throws IOException {
        int length = 0;
        for (int octet = input.read(); octet != ':'; octet = input.read()) {
            if (octet < '0' || octet > '9') {
                return -1;
            }
            length = length * 10 + octet - '0';
        }
        return length;
    }

    /** Gives a command and waits for the answer to it: the text that the command prints. */
    synchronized String command(String command, String parameters) {
        token++;
        try {
            Map<String, String> fields = new HashMap<>(Map.of("command", command, "token", Integer.toString(token)));
            if (!parameters.isEmpty()) {
                fields.put("params", parameters);
            }
            byte[] request = json.writeValueAsBytes(fields);
            byte[] start = (request.length + ":").getBytes(StandardCharsets.US_ASCII);
            byte[] whole = new byte[start.length + request.length + 1];
            System.arraycopy(start, 0, whole, 0, start.length);
            System.arraycopy(request, 0, whole, start.length, request.length);
            whole[whole.length - 1] = ',';
            connection.output().write(whole);
            connection.output().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String answer = events.await(
                        "answer to " + command,
                        Pattern.compile("(?m)^.*\"response\":true.*\"token\":\"" + token + "\".*$"),
                        Account.STEP)
                .group();
        return parse(answer).path("data").asText();
    }

    /** Waits for an event of that type that fits; earlier ones count. */
    JsonNode awaitEvent(String type, Predicate<JsonNode> fits, Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        int mark = 0;
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, until - System.nanoTime()));
            var found =
                    events.await("event " + type, Pattern.compile("(?m)^.*\"type\":\"" + type + "\".*$"), mark, left);
            JsonNode event = parse(found.group());
            if (fits.test(event)) {
                return event;
            }
            mark += found.end();
        }
    }

    private JsonNode parse(String line) {
        try {
            return json.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        connection.close().run();
    }
}
