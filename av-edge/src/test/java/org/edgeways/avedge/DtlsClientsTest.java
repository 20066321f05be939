package org.edgeways.avedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.ServerCertificates;
import org.edgeways.net.ServerTls;
import org.edgeways.net.TlsContexts;
import org.edgeways.net.TlsProvider;
import org.edgeways.turn.stun.TransportAddress;
import org.junit.jupiter.api.Test;

/** DTLS without sockets, in virtual time: what clients that cannot be trusted, or whom packets do not reach, come to. */
class DtlsClientsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long SEED = 1; // for one choice of secrets
    private static final int CLIENT_VERSION = 25; // where it stands in the first datagram
    private static final int FATAL = 2;
    private static final TransportAddress ALICE = address(1, 40_000);

    private final CertificateAuthority authority =
            CertificateAuthority.create("Acorn test authority", Instant.now(), new SecureRandom());
    private final SSLContext trusting;
    private final DtlsPeer.Network network = new DtlsPeer.Network();
    private final ServerCertificates certificates;
    private DtlsClients clients;
    private long now = SECOND;

    DtlsClientsTest() throws Exception {
        trusting = DtlsTest.trusting(authority);
        certificates = ServerCertificates.of(certificate());
        clients = clients(DtlsClients.MOST);
    }

    private ServerTls certificate() throws SSLException {
        return new TlsContexts(TlsProvider.best())
                .server(authority.issue(CertificateRequest.of("localhost"), Instant.now()));
    }

    private DtlsClients clients(int most) {
        return new DtlsClients(certificates, most, Duration.ofMinutes(1), new Random(SEED), network);
    }

    private static TransportAddress address(int host, int port) {
        return TransportAddress.of(InetAddress.ofLiteral("192.0.2." + host), port);
    }

    private void receive(TransportAddress from, byte[]... datagrams) {
        for (byte[] datagram : datagrams) {
            clients.received(
                    now, 0, from.high(), from.low(), from.port(), MemorySegment.ofArray(datagram), 0, datagram.length);
        }
    }

    private void receive(TransportAddress from, List<byte[]> datagrams) {
        receive(from, datagrams.toArray(byte[][]::new));
    }

    /** Up to the ClientHello with a cookie, which is not sent. */
    private byte[] helloWithCookie(DtlsPeer peer, TransportAddress from) throws SSLException {
        receive(from, peer.says());
        peer.hears(network.takeSent());
        return peer.says().getFirst();
    }

    private void shakeHands(DtlsPeer peer, TransportAddress from) throws SSLException {
        receive(from, helloWithCookie(peer, from));
        peer.hears(network.takeSent());
        receive(from, peer.says());
        assertThat(peer.hears(network.takeSent())).isTrue();
    }

    private int bytesSent() {
        return network.takeSent().stream().mapToInt(datagram -> datagram.length).sum();
    }

    @Test
    void aClientThatOffersOnlyDtls10IsToldSoSoThatItDoesNotWaitInVain() throws Exception {
        byte[] hello = new DtlsPeer(trusting).says().getFirst();
        hello[CLIENT_VERSION + 1] = (byte) 0xff;
        receive(ALICE, hello);
        byte[] alert = network.takeSent().getFirst();
        assertThat(alert)
                .as("alert, of DTLS 1.0, the first record, 2 bytes: fatal, protocol_version")
                .containsExactly(DtlsRecord.ALERT, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, FATAL, 70)
                .hasSizeLessThan(hello.length);
        assertThat(clients.size()).isZero();
        assertThat(network.dropped).containsExactly(AvEdgeErrorCode.DTLS_VERSION);
    }

    @Test
    void nothingIsKeptOfAClientAndNothingSentAgainBeforeItsCookieComes() throws Exception {
        byte[] hello = new DtlsPeer(trusting).says().getFirst();
        receive(ALICE, hello);
        assertThat(network.takeSent())
                .singleElement()
                .satisfies(asked -> assertThat(asked).hasSizeLessThan(hello.length));
        assertThat(clients.size()).isZero();
        assertThat(clients.nextLook()).isEqualTo(Long.MAX_VALUE);
        clients.look(now + 2 * SECOND);
        assertThat(network.sent).isEmpty();
    }

    @Test
    void whatIsForAClientThatIsGoneOrDoesNotGoIntoARecordIsDroppedAndCounted() throws Exception {
        DtlsPeer peer = new DtlsPeer(trusting);
        shakeHands(peer, ALICE);
        assertThat(clients.send(0, ALICE, ByteBuffer.allocate(16_384))).isTrue();
        assertThat(network.takeSent()).hasSize(1);
        assertThat(clients.send(0, ALICE, ByteBuffer.allocate(16_385))).isFalse();
        assertThat(network.sent).as("half of it").isEmpty();
        assertThat(network.dropped).containsExactly(AvEdgeErrorCode.DTLS_RECORD_TOO_LONG);
        assertThat(clients.send(0, address(2, 1), ByteBuffer.allocate(10))).isFalse();
        assertThat(clients.send(1, ALICE, ByteBuffer.allocate(10))).isFalse();
        assertThat(network.sent).isEmpty();
        assertThat(network.dropped)
                .containsExactly(
                        AvEdgeErrorCode.DTLS_RECORD_TOO_LONG, AvEdgeErrorCode.CLIENT_GONE, AvEdgeErrorCode.CLIENT_GONE);
    }

    @Test
    void aCookieThatSomebodyGotAtTheirOwnAddressIsOfNoUseAtOthers() throws Exception {
        byte[] hello = helloWithCookie(new DtlsPeer(trusting), ALICE);
        for (int host = 0; host < 200; host++) {
            for (int port = 1; port <= 5; port++) {
                now += SECOND / 100;
                receive(address(host, port), hello);
            }
        }
        // of 1,000 that are not Alice's, one in 1,024
        assertThat(clients.size()).isLessThan(6);
        receive(ALICE, hello);
        assertThat(clients.size()).isPositive();
    }

    @Test
    void whatIsNotAnsweredIsSentAgainAfterOneThreeAndSevenSecondsAndThenThatIsAll() throws Exception {
        receive(ALICE, helloWithCookie(new DtlsPeer(trusting), ALICE));
        assertThat(network.takeSent()).isNotEmpty();
        List<Long> again = new ArrayList<>();
        long begun = now;
        while (clients.nextLook() != Long.MAX_VALUE) {
            now = clients.nextLook();
            clients.look(now);
            if (bytesSent() > 0) {
                again.add((now - begun) / SECOND);
            }
        }
        assertThat(again).containsExactly(1L, 3L, 7L);
        assertThat(now - begun).isBetween(10 * SECOND, 11 * SECOND);
        assertThat(clients.size()).isZero();
    }

    @Test
    void whoeverBringsAnotherOnesCookieAgainAndAgainHasOnlySoMuchSentThere() throws Exception {
        byte[] hello = helloWithCookie(new DtlsPeer(trusting), ALICE);
        receive(ALICE, hello);
        assertThat(bytesSent()).isPositive();
        int sent = 0;
        for (int record = 2; clients.size() > 0; record++) {
            ByteBuffer.wrap(hello).putInt(7, record);
            receive(ALICE, hello);
            sent += bytesSent();
        }
        assertThat(sent).isLessThan(DtlsClients.HANDSHAKE_BYTES);
        assertThat(network.dropped).containsExactly(AvEdgeErrorCode.DTLS_BROKEN);
    }

    @Test
    void whatComesTooEarlyIsNotKeptWithoutEnd() throws Exception {
        receive(ALICE, helloWithCookie(new DtlsPeer(trusting), ALICE));
        byte[] early = new byte[1_400];
        int count = 0;
        while (clients.size() > 0) {
            ByteBuffer.wrap(early)
                    .put((byte) DtlsRecord.HANDSHAKE)
                    .putShort((short) 0xfefd)
                    .putShort((short) 1);
            ByteBuffer.wrap(early).putInt(7, ++count).putShort(11, (short) (early.length - DtlsRecord.HEAD));
            receive(ALICE, early);
        }
        assertThat(count).isLessThanOrEqualTo(DtlsClients.HANDSHAKE_BYTES / early.length);
    }

    @Test
    void soManyHandshakesBeginInASecondAndNoMore() throws Exception {
        for (int i = 1; i <= DtlsClients.HANDSHAKES_PER_SECOND; i++) {
            receive(address(i, 1), helloWithCookie(new DtlsPeer(trusting), address(i, 1)));
            network.takeSent();
        }
        assertThat(clients.size()).isEqualTo(DtlsClients.HANDSHAKES_PER_SECOND);
        byte[] hello = helloWithCookie(new DtlsPeer(trusting), ALICE);
        receive(ALICE, hello);
        assertThat(network.sent).isEmpty();
        assertThat(network.dropped).containsExactly(AvEdgeErrorCode.DTLS_LIMIT);
        now += SECOND / DtlsClients.HANDSHAKES_PER_SECOND;
        receive(ALICE, hello);
        assertThat(network.sent).isNotEmpty();
    }

    @Test
    void soManyClientsAreAskedForACookieInASecondAndNoMore() throws Exception {
        byte[] hello = new DtlsPeer(trusting).says().getFirst();
        for (int port = 1; port <= DtlsClients.COOKIES_PER_SECOND + 1; port++) {
            receive(address(1 + port % 200, port), hello);
        }
        assertThat(network.sent).hasSize(DtlsClients.COOKIES_PER_SECOND);
        assertThat(network.dropped).containsExactly(AvEdgeErrorCode.DTLS_LIMIT);
    }

    @Test
    void oneSourceThatAsksForCookiesWithoutEndKeepsNobodyElseOut() throws Exception {
        byte[] hello = new DtlsPeer(trusting).says().getFirst();
        for (int port = 1; port <= 2 * DtlsClients.COOKIES_PER_SECOND; port++) {
            receive(address(3, port), hello);
        }
        assertThat(network.takeSent()).hasSize(DtlsClients.COOKIES_PER_SOURCE);
        assertThat(network.dropped).containsOnly(AvEdgeErrorCode.DTLS_SOURCE_LIMIT);
        shakeHands(new DtlsPeer(trusting), ALICE);
    }

    @Test
    void oneSourceThatBringsCookiesThatDoNotFitKeepsNobodyElseOut() throws Exception {
        byte[] hello = helloWithCookie(new DtlsPeer(trusting), ALICE);
        hello[hello.length / 2] ^= 1; // so the cookie is of another ClientHello
        for (int port = 1; port <= 2 * DtlsClients.COOKIES_PER_SECOND; port++) {
            receive(address(3, port), hello);
        }
        assertThat(clients.size()).isZero();
        assertThat(network.takeSent()).hasSizeLessThanOrEqualTo(DtlsClients.COOKIES_PER_SOURCE);
        assertThat(network.dropped).contains(AvEdgeErrorCode.DTLS_SOURCE_LIMIT);
        shakeHands(new DtlsPeer(trusting), ALICE);
    }

    @Test
    void whoHasBeenAskedBeginsThoughTheSourceMayAskForNoMoreCookies() throws Exception {
        DtlsPeer peer = new DtlsPeer(trusting);
        byte[] fitting = helloWithCookie(peer, ALICE);
        byte[] hello = new DtlsPeer(trusting).says().getFirst();
        for (int port = 1; port <= DtlsClients.COOKIES_PER_SOURCE; port++) {
            receive(address(1, port), hello);
        }
        assertThat(network.takeSent()).hasSize(DtlsClients.COOKIES_PER_SOURCE - 1);
        receive(ALICE, fitting);
        assertThat(clients.size()).isEqualTo(1);
        assertThat(network.sent).isNotEmpty();
    }

    @Test
    void oneSourceBeginsOnlyItsPartOfHandshakesInASecondAndKeepsNobodyElseOut() throws Exception {
        for (int port = 1; port <= DtlsClients.HANDSHAKES_PER_SOURCE; port++) {
            receive(address(3, port), helloWithCookie(new DtlsPeer(trusting), address(3, port)));
            network.takeSent();
        }
        assertThat(clients.size()).isEqualTo(DtlsClients.HANDSHAKES_PER_SOURCE);
        byte[] hello = helloWithCookie(new DtlsPeer(trusting), address(3, 999));
        receive(address(3, 999), hello);
        assertThat(network.sent).isEmpty();
        assertThat(network.dropped).containsExactly(AvEdgeErrorCode.DTLS_SOURCE_LIMIT);
        shakeHands(new DtlsPeer(trusting), ALICE);
        now += SECOND / DtlsClients.HANDSHAKES_PER_SOURCE;
        receive(address(3, 999), hello);
        assertThat(network.sent).isNotEmpty();
    }

    @Test
    void oneSourceHasOnlyItsPartOfTheClientsAndOneMoreWhenOneIsGone() throws Exception {
        clients = clients(2 * DtlsClients.SOURCES_PART);
        DtlsPeer first = new DtlsPeer(trusting);
        shakeHands(first, address(3, 1));
        receive(address(3, 2), helloWithCookie(new DtlsPeer(trusting), address(3, 2))); // not over
        network.takeSent();
        receive(address(3, 3), new DtlsPeer(trusting).says());
        assertThat(network.sent).isEmpty();
        assertThat(network.dropped).containsExactly(AvEdgeErrorCode.DTLS_SOURCE_LIMIT);
        shakeHands(new DtlsPeer(trusting), ALICE);
        first.engine.closeOutbound();
        receive(address(3, 1), first.says());
        assertThat(network.ended).containsExactly(address(3, 1));
        network.takeSent();
        shakeHands(new DtlsPeer(trusting), address(3, 3));
        receive(address(3, 4), new DtlsPeer(trusting).says());
        assertThat(network.sent).isEmpty();
    }

    private static List<Long> numbers(List<byte[]> datagrams) {
        List<Long> numbers = new ArrayList<>();
        ByteBuffer all = ByteBuffer.wrap(together(datagrams));
        for (DtlsRecord next = DtlsRecord.next(all); next != null; next = DtlsRecord.next(all)) {
            if (next.epoch() == 0) {
                numbers.add(next.number());
            }
        }
        return numbers;
    }

    /** RFC 6347, 4.2.1: so no two have the same, and no client takes one for a copy of another. */
    @Test
    void whatIsSentHasTheNumbersOfWhatItAnswersAndCountsOnFromThere() throws Exception {
        DtlsPeer peer = new DtlsPeer(trusting);
        receive(ALICE, peer.says());
        receive(ALICE, peer.says()); // again: the client has heard nothing
        receive(ALICE, peer.says());
        List<byte[]> asked = network.takeSent();
        assertThat(numbers(asked)).containsExactly(0L, 1L, 2L);
        peer.hears(asked.subList(2, 3));
        byte[] hello = peer.says().getFirst();
        assertThat(numbers(List.of(hello))).containsExactly(3L);
        receive(ALICE, hello);
        List<byte[]> flight = network.takeSent();
        List<Long> numbers = numbers(flight);
        assertThat(numbers).hasSizeGreaterThan(2).startsWith(3L, 4L, 5L).doesNotHaveDuplicates();
        peer.hears(flight);
        receive(ALICE, peer.says());
        List<byte[]> last = network.takeSent();
        assertThat(numbers(last).getFirst()).isEqualTo(numbers.getLast() + 1);
        assertThat(peer.hears(last)).isTrue();
        receive(ALICE, peer.encrypts("hello"));
        assertThat(network.decrypted).containsExactly("hello");
    }

    @Test
    void aCookieIsGoodThoughTheCertificateIsRenewedBeforeItIsBrought() throws Exception {
        DtlsPeer peer = new DtlsPeer(trusting);
        byte[] hello = helloWithCookie(peer, ALICE);
        ServerTls renewed = certificate();
        certificates.use(List.of(renewed));
        receive(ALICE, hello);
        peer.hears(network.takeSent());
        receive(ALICE, peer.says());
        assertThat(peer.hears(network.takeSent())).isTrue();
        assertThat(peer.engine.getSession().getPeerCertificates()[0])
                .isEqualTo(renewed.identity().leaf());
    }

    @Test
    void aDatagramThatIsTooLongIsDroppedAndCounted() throws Exception {
        DtlsPeer peer = new DtlsPeer(trusting);
        shakeHands(peer, ALICE);
        byte[] sealed = peer.encrypts("x".repeat(1_400));
        int more = 1_472 - sealed.length;
        receive(ALICE, peer.encrypts("x".repeat(1_400 + more)));
        assertThat(network.decrypted).hasSize(1);
        assertThat(network.dropped).isEmpty();
        receive(ALICE, peer.encrypts("x".repeat(1_400 + more + 1)));
        assertThat(network.decrypted).hasSize(1);
        assertThat(network.dropped).containsExactly(AvEdgeErrorCode.DTLS_TOO_LONG);
    }

    @Test
    void thereAreSoManyClientsAndNoMore() throws Exception {
        clients = clients(2);
        shakeHands(new DtlsPeer(trusting), ALICE);
        receive(address(4, 1), helloWithCookie(new DtlsPeer(trusting), address(4, 1)));
        network.takeSent();
        receive(address(4, 2), new DtlsPeer(trusting).says());
        assertThat(network.sent).isEmpty();
        assertThat(network.dropped).containsExactly(AvEdgeErrorCode.DTLS_LIMIT);
    }

    @Test
    void aClientThatGotNothingOfTheLastFlightGetsItAgainButNotForever() throws Exception {
        DtlsPeer peer = new DtlsPeer(trusting);
        receive(ALICE, helloWithCookie(peer, ALICE));
        peer.hears(network.takeSent());
        receive(ALICE, peer.says());
        assertThat(network.takeSent()).isNotEmpty(); // lost
        List<byte[]> again = peer.says();
        receive(ALICE, again);
        assertThat(peer.hears(network.takeSent())).isTrue();
        for (int i = 1; i < DtlsClients.LAST_AGAIN; i++) {
            receive(ALICE, again);
            assertThat(network.takeSent()).isNotEmpty();
        }
        receive(ALICE, again);
        assertThat(network.sent).isEmpty();
        receive(ALICE, peer.encrypts("hello"));
        assertThat(network.decrypted).containsExactly("hello");
    }

    private static byte[] together(List<byte[]> datagrams) {
        ByteBuffer all = ByteBuffer.allocate(
                datagrams.stream().mapToInt(each -> each.length).sum());
        datagrams.forEach(all::put);
        return all.array();
    }

    @Test
    void aWholeFlightAndSeveralMessagesMayComeInOneDatagram() throws Exception {
        DtlsPeer peer = new DtlsPeer(trusting);
        receive(ALICE, helloWithCookie(peer, ALICE));
        peer.hears(network.takeSent());
        receive(ALICE, together(peer.says()));
        assertThat(peer.hears(network.takeSent())).isTrue();
        byte[] cutOff = {DtlsRecord.APPLICATION_DATA, (byte) 0xfe, (byte) 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 9, 1};
        receive(ALICE, together(List.of(peer.encrypts("one"), peer.encrypts("two"), cutOff)));
        assertThat(network.decrypted).containsExactly("one", "two");
    }

    @Test
    void whoeverKnowsAClientsAddressCanDoNothingToItsSession() throws Exception {
        DtlsPeer peer = new DtlsPeer(trusting);
        shakeHands(peer, ALICE);
        Random random = new Random(SEED);
        for (int type = 20; type <= 25; type++) {
            for (int epoch = 0; epoch <= 3; epoch++) {
                byte[] forged = new byte[DtlsRecord.HEAD + FATAL + random.nextInt(100)];
                random.nextBytes(forged);
                ByteBuffer.wrap(forged)
                        .put((byte) type)
                        .putShort((short) 0xfefd)
                        .putShort((short) epoch);
                ByteBuffer.wrap(forged).putShort(11, (short) (forged.length - DtlsRecord.HEAD));
                receive(ALICE, forged);
            }
        }
        receive(ALICE, new byte[] {DtlsRecord.ALERT, (byte) 0xfe, (byte) 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, FATAL, 40
        });
        receive(ALICE, new DtlsPeer(trusting).says());
        receive(ALICE, peer.encrypts("still here"));
        assertThat(network.decrypted).containsExactly("still here");
        assertThat(network.ended).isEmpty();
    }

    @Test
    void aClientThatBeginsAgainHasItsOldSessionUntilTheNewHandshakeIsOver() throws Exception {
        DtlsPeer before = new DtlsPeer(trusting);
        shakeHands(before, ALICE);
        DtlsPeer after = new DtlsPeer(trusting);
        receive(ALICE, helloWithCookie(after, ALICE));
        receive(ALICE, before.encrypts("the old one"));
        assertThat(network.ended).isEmpty();
        after.hears(network.takeSent());
        receive(ALICE, after.says());
        assertThat(after.hears(network.takeSent())).isTrue();
        assertThat(network.ended).containsExactly(ALICE);
        receive(ALICE, before.encrypts("is gone"), after.encrypts("the new one"));
        assertThat(network.decrypted).containsExactly("the old one", "the new one");
        assertThat(clients.size()).isOne();
    }

    @Test
    void aClientWithWhichThereIsNothingInCommonIsToldSo() throws Exception {
        DtlsPeer peer = new DtlsPeer(trusting);
        peer.engine.setEnabledCipherSuites(
                new String[] {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}); // ours is no RSA key
        receive(ALICE, helloWithCookie(peer, ALICE));
        assertThat(clients.size()).isZero();
        List<byte[]> said = network.takeSent();
        assertThatThrownBy(() -> peer.hears(said)).hasMessageContaining("handshake_failure");
    }

    @Test
    void aClientHelloThatIsCutOffOrSaysTooMuchIsOfNoConsequence() throws Exception {
        byte[] hello = helloWithCookie(new DtlsPeer(trusting), ALICE);
        for (int length = 0; length < hello.length; length++) {
            byte[] cut = Arrays.copyOf(hello, length);
            receive(ALICE, cut);
            if (length >= DtlsRecord.HEAD) {
                ByteBuffer.wrap(cut).putShort(11, (short) (length - DtlsRecord.HEAD));
                receive(address(5, 1 + length), cut);
            }
            byte[] changed = hello.clone();
            changed[length] = (byte) 0xff;
            receive(address(6, 1 + length), changed);
            now += SECOND / 10;
        }
        network.takeSent();
        shakeHands(new DtlsPeer(trusting), address(7, 1));
    }
}
