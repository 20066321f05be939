package org.edgeways.app.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.IoReason;

/** Asks a running pool over its administration socket: one JSON object per line there, one back. */
public final class AdminClient {

    /** The socket's name in the pool's data directory. */
    public static final String FILE_NAME = "admin.sock";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path socket;

    private AdminClient(Path socket) {
        this.socket = socket;
    }

    /**
     * The client of the pool that keeps its data in {@code directory}, or of the demo that does.
     *
     * @throws AppFailure if there is no socket, or if it is another user's
     */
    public static AdminClient of(Path directory) {
        for (Path candidate : List.of(directory.resolve(FILE_NAME), directory.resolve("pool", FILE_NAME))) {
            if (RoleSocket.isThere(candidate)) {
                return new AdminClient(candidate);
            }
        }
        throw notRunning(directory);
    }

    /** A request of that name, to be filled in. */
    public static ObjectNode request(String command) {
        return JSON.createObjectNode().put("command", command);
    }

    /**
     * Sends the request.
     *
     * @return the answer, which says {@code "ok":true}
     * @throws AppFailure if nobody answers or the pool refuses
     */
    public JsonNode ask(ObjectNode request) {
        try (SocketChannel channel = RoleSocket.connect(socket)) {
            ByteBuffer line =
                    ByteBuffer.wrap((JSON.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            BufferedReader reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            String answer = reader.readLine();
            if (answer == null) {
                throw new AppFailure(
                        AppErrorCode.NOT_RUNNING,
                        "the pool closed the connection without an answer",
                        "Look at the log in " + socket.getParent());
            }
            return accepted(JSON.readTree(answer));
        } catch (JsonProcessingException e) {
            throw new AppFailure(
                    AppErrorCode.ADMINISTRATION_REFUSED,
                    "the answer of the pool is no JSON",
                    "Are the program and the running pool of the same version?",
                    e);
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.NOT_RUNNING,
                    "no pool answers at " + socket + " (" + IoReason.withoutFile(e) + ")",
                    "Start it: edgeways pool --settings DIR --data DIR, or edgeways demo",
                    e);
        }
    }

    private static JsonNode accepted(JsonNode answer) {
        if (answer.path("ok").asBoolean()) {
            return answer;
        }
        throw new AppFailure(
                AppErrorCode.ADMINISTRATION_REFUSED,
                answer.path("problem").asText("the pool refused without a reason"),
                answer.path("next").asText(""));
    }

    private static AppFailure notRunning(Path directory) {
        return new AppFailure(
                AppErrorCode.NOT_RUNNING,
                "no pool is running with its data in " + directory,
                "Start one (edgeways pool --settings DIR --data DIR, or edgeways demo), or say where its data is: --data DIR");
    }
}
