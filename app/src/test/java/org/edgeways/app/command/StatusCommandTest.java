package org.edgeways.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.edgeways.app.Edgeways;
import org.edgeways.app.admin.AdminClient;
import org.edgeways.app.failure.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code edgeways status} of what a pool answers that is played. */
class StatusCommandTest {

    @TempDir
    private Path directory = Path.of(".");

    private String said(String answer) throws IOException {
        StringWriter out = new StringWriter();
        try (ServerSocketChannel pool = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            pool.bind(UnixDomainSocketAddress.of(directory.resolve(AdminClient.FILE_NAME)));
            Thread.ofVirtual().start(() -> answer(pool, answer));
            PrintWriter writer = new PrintWriter(out, true);
            assertThat(Edgeways.run(List.of("status", "--data", directory.toString()), writer, writer))
                    .as(out.toString())
                    .isEqualTo(ExitCode.DONE);
        }
        return out.toString();
    }

    private static void answer(ServerSocketChannel pool, String answer) {
        try (SocketChannel client = pool.accept()) {
            assertThat(new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8)).readLine())
                    .contains("status");
            client.write(ByteBuffer.wrap((answer.replace("\n", "") + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aNodeThatHadNumbersOfSettingsThatAreNotOnTheRecordIsNamedWithWhatToDo() throws IOException {
        assertThat(said("""
                {"ok": true, "authorityEnd": "2036-01-01T00:00:00Z", "serviceEnd": "2036-01-01T00:00:00Z",
                 "nodes": [
                  {"name": "edge1", "joined": "2026-01-01T00:00:00Z", "connected": true, "meant": 1001, "upToDate": true,
                   "report": {"revision": 1001}, "aheadAt": "2026-11-27T06:00:00Z"},
                  {"name": "edge2", "joined": "2026-01-01T00:00:00Z", "connected": true, "meant": 3, "upToDate": true,
                   "report": {"revision": 3}, "aheadAt": null}]}
                """))
                .contains(
                        "edge1 had settings of a higher number than are on the record, at 2026-11-27T06:00:00Z: if the"
                                + " database was put back from a copy, remove again")
                .doesNotContain("edge2 had");
    }
}
