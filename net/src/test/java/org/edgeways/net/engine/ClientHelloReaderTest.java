package org.edgeways.net.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.edgeways.net.NetErrorCode;
import org.edgeways.net.engine.ClientHelloReader.Progress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The beginning of a TLS connection, whole, cut and broken. */
final class ClientHelloReaderTest {

    private static Progress read(byte[] bytes) {
        return read(bytes, ClientHelloReader.DEFAULT_LIMIT_BYTES);
    }

    private static Progress read(byte[] bytes, int limit) {
        return new ClientHelloReader(limit).feed(bytes, 0, bytes.length);
    }

    private static void isMalformed(byte[] message) {
        assertThat(read(Hellos.records(message, 1 << 14)))
                .isInstanceOfSatisfying(
                        Progress.Bad.class,
                        bad -> assertThat(bad.code()).isEqualTo(NetErrorCode.CLIENT_HELLO_MALFORMED));
    }

    @Test
    void whatTheJavaRuntimeSendsIsRead() throws Exception {
        assertThat(read(Hellos.ofTheRuntime("Edge.Acorn.example", "h2", "http/1.1")))
                .isEqualTo(new Progress.Complete(new ClientHello("edge.acorn.example", List.of("h2", "http/1.1"))));
    }

    @Test
    void aClientWithoutExtensionsIsRead() {
        assertThat(read(Hellos.records(Hellos.withoutExtensions(), 1 << 14)))
                .isEqualTo(new Progress.Complete(new ClientHello(null, List.of())));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    void recordsAndSegmentsMayBeCutAnywhere(int size) {
        byte[] message = Hellos.message(Hellos.serverName("a.example"), Hellos.applicationProtocols("sip/2"));
        byte[] bytes = Hellos.records(message, size);
        Progress expected = new Progress.Complete(new ClientHello("a.example", List.of("sip/2")));
        assertThat(read(bytes)).isEqualTo(expected);
        ClientHelloReader reader = new ClientHelloReader(ClientHelloReader.DEFAULT_LIMIT_BYTES);
        for (int i = 0; i < bytes.length - 1; i++) {
            assertThat(reader.feed(bytes, i, 1)).isEqualTo(new Progress.More());
        }
        assertThat(reader.feed(bytes, bytes.length - 1, 1)).isEqualTo(expected);
        assertThat(reader.feed(bytes, 0, bytes.length)).as("the end stays").isEqualTo(expected);
    }

    @Test
    void whatFollowsInOtherRecordsIsNotLookedAt() {
        byte[] hello = Hellos.records(Hellos.message(Hellos.serverName("a.example")), 1 << 14);
        assertThat(read(Hellos.concat(hello, new byte[] {23, 9, 9, 9, 9})))
                .isEqualTo(new Progress.Complete(new ClientHello("a.example", List.of())));
    }

    @ParameterizedTest
    @CsvSource({"edge.acorn.example.,edge.acorn.example", "10.0.0.1,10.0.0.1", "a b,", "bücher.example,", ".,"})
    void aNameThatIsNoHostNameCountsAsNone(String asked, String read) {
        assertThat(read(Hellos.records(Hellos.message(Hellos.serverName(asked)), 1 << 14)))
                .isEqualTo(new Progress.Complete(new ClientHello(read, List.of())));
    }

    @Test
    void atTheLimitItIsReadAndOneBytePastItRefused() {
        byte[] bytes = Hellos.records(
                Hellos.message(Hellos.serverName("a.example"), Hellos.extension(21, new byte[400])), 1 << 14);
        assertThat(read(bytes, bytes.length)).isInstanceOf(Progress.Complete.class);
        assertThat(read(bytes, bytes.length - 1))
                .isInstanceOfSatisfying(
                        Progress.Bad.class,
                        bad -> assertThat(bad.code()).isEqualTo(NetErrorCode.CLIENT_HELLO_TOO_LONG));
    }

    @Test
    void aLengthPastTheLimitIsRefusedBeforeItsBytesCome() {
        assertThat(read(new byte[] {22, 3, 1, 0, 4, 1, 1, 0, 0}))
                .isInstanceOfSatisfying(
                        Progress.Bad.class,
                        bad -> assertThat(bad.code()).isEqualTo(NetErrorCode.CLIENT_HELLO_TOO_LONG));
    }

    @Test
    void headersOfTinyRecordsCountTowardsTheLimit() {
        byte[] message = Hellos.message(Hellos.extension(21, new byte[2000]));
        assertThat(read(Hellos.records(message, 1), 4096)).isInstanceOf(Progress.Bad.class);
    }

    @Test
    void whatIsNoClientHelloIsMalformed() {
        assertThat(read(new byte[] {22, 2, 1, 0, 1, 1})).isInstanceOf(Progress.Bad.class);
        assertThat(read(new byte[] {22, 3, 1, 0, 0})).as("an empty record").isInstanceOf(Progress.Bad.class);
        assertThat(read(new byte[] {22, 3, 1, 0, 4, 2, 0, 0, 0}))
                .as("a ServerHello")
                .isInstanceOf(Progress.Bad.class);
        byte[] whole = Hellos.message(Hellos.serverName("a.example"));
        isMalformed(Hellos.concat(whole, new byte[] {1}));
        isMalformed(Hellos.message(Hellos.serverName("a.example"), Hellos.serverName("b.example")));
        isMalformed(Hellos.message(Hellos.applicationProtocols("h2"), Hellos.applicationProtocols("sip/2")));
        isMalformed(Hellos.message(Hellos.applicationProtocols("")));
        isMalformed(Hellos.message(Hellos.applicationProtocols()));
        isMalformed(Hellos.message(Hellos.serverName("")));
        isMalformed(Hellos.message(new byte[] {0, 0, 0, 9, 0}));
    }

    /** Every prefix and every changed byte: an answer, and never an exception. */
    @Test
    void brokenOnesAreValues() {
        long seed = System.nanoTime();
        System.out.println("seed: " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        byte[] good = Hellos.records(
                Hellos.message(Hellos.serverName("a.example"), Hellos.applicationProtocols("h2", "sip/2")), 1 << 14);
        for (int i = 0; i < good.length; i++) {
            assertThat(read(Arrays.copyOf(good, i))).isInstanceOf(Progress.More.class);
            byte[] changed = good.clone();
            changed[i] = (byte) random.nextInt(256);
            assertThat(read(changed)).isNotNull();
        }
    }
}
