package org.edgeways.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.edgeways.link.engine.TrafficClass;
import org.edgeways.testkit.LeakCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Readers that stop, on loopback with real sockets. */
@ExtendWith(LeakCheck.class)
final class StoppedReadersTest {

    @Test
    void readersThatStopGoOnWhereTheyStopped() throws Exception {
        int length = 16 * 1024 * 1024;
        byte[] part = new byte[64 * 1024];
        try (TestOrigin origin = TestOrigin.tcp((in, out) -> {
                    TestOrigin.readRequest(in);
                    out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
                    for (int sent = 0; sent < length; sent += part.length) {
                        out.write(part);
                    }
                    out.flush();
                });
                LinkLoopback link = new LinkLoopback().connect(4)) {
            link.serve("files", origin.origin());
            List<Exchange> stopped = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                stopped.add(link.open(LinkRequest.get("files", "/"), TrafficClass.BULK, Exchange.stopped()));
            }
            for (Exchange exchange : stopped) {
                assertThat(exchange.awaitHead().status()).isEqualTo(200);
            }
            Exchange flowing = link.open(LinkRequest.get("files", "/"), TrafficClass.BULK, Exchange.counting());
            flowing.awaitBody();
            assertThat(flowing.bytes.get()).isEqualTo(length);
            assertThat(stopped).allMatch(exchange -> exchange.bytes.get() == 0);

            for (Exchange exchange : stopped) {
                exchange.readOn();
            }
            for (Exchange exchange : stopped) {
                exchange.awaitBody();
                assertThat(exchange.bytes.get()).isEqualTo(length);
            }
        }
    }
}
