package org.edgeways.joining.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.EnrolmentSecret;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;
import org.junit.jupiter.api.Test;

/** Both ends of the protocol, against each other and against what an attacker would send. */
final class JoinEngineTest {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant START = Instant.parse("2026-11-26T09:00:00Z");
    private static final long NOW = nanos(START);
    private static final String ENROLMENT = "00112233445566778899aabbccddeeff";

    private final CertificateAuthority authority = CertificateAuthority.create("Acorn authority", START, RANDOM);
    private final CertificateAuthority stranger = CertificateAuthority.create("Acorn authority", START, RANDOM);
    private final EnrolmentSecret.Made secret = EnrolmentSecret.make(RANDOM);
    private final TlsIdentity own = stranger.issue(CertificateRequest.of("self-made"), START);
    private final byte[] request = SigningRequest.make(own.key(), own.leaf().getPublicKey(), "anything");
    private final List<byte[]> snapshotKeys =
            List.of(EnrolmentSecret.make(RANDOM).proofKey().getEncoded());
    private final byte[] binding = channel(1);

    private InsideJoin inside = inside(ENROLMENT, binding);
    private NodeJoin node = node(bundle(ENROLMENT, secret.secret()), binding);
    private final List<String> seen = new ArrayList<>();

    private static long nanos(Instant instant) {
        return Duration.between(Instant.EPOCH, instant).toNanos();
    }

    private static byte[] channel(int seed) {
        byte[] bytes = new byte[ChannelProof.BINDING_BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private InsideJoin inside(String enrolment, byte[] channel) {
        return new InsideJoin(
                new Offer(enrolment, "edge1", secret.proofKey(), START.plus(Duration.ofHours(1))), channel, NOW);
    }

    private NodeJoin node(Bundle bundle, byte[] channel) {
        return new NodeJoin(bundle, own.leaf().getPublicKey(), request, channel, NOW);
    }

    private Bundle bundle(String enrolment, EnrolmentSecret its) {
        return new Bundle(
                "edge1",
                enrolment,
                Bundle.fingerprint(authority.certificate()),
                its,
                START.plus(Duration.ofHours(1)),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 5061));
    }

    private List<X509Certificate> granted(String name) {
        return authority.issue(
                SigningRequest.read(request).orThrow(),
                CertificateRequest.node(name).valid(Duration.ofDays(90)),
                START);
    }

    /** Runs both ends to the end; the desk grants what {@code chain} says. Bytes travel in pieces of that length. */
    private void run(List<X509Certificate> chain, int piece) {
        runFrom(inside.start(authority.certificate(), authority::prove), chain, piece, NOW);
    }

    private void runFrom(List<InsideJoin.Step> first, List<X509Certificate> chain, int piece, long now) {
        List<InsideJoin.Step> insideSteps = new ArrayList<>(first);
        List<NodeJoin.Step> nodeSteps = new ArrayList<>();
        while (!insideSteps.isEmpty() || !nodeSteps.isEmpty()) {
            if (!insideSteps.isEmpty()) {
                switch (insideSteps.removeFirst()) {
                    case InsideJoin.Step.Send(byte[] bytes) ->
                        pieces(bytes, piece).forEach(part -> nodeSteps.addAll(node.received(part, now)));
                    case InsideJoin.Step.Decide _ -> {
                        seen.add("decide");
                        insideSteps.addAll(inside.admitted(chain, snapshotKeys));
                    }
                    case InsideJoin.Step.Ended ended -> seen.add("inside " + said(ended.failure()));
                }
            } else {
                switch (nodeSteps.removeFirst()) {
                    case NodeJoin.Step.Send(byte[] bytes) ->
                        pieces(bytes, piece).forEach(part -> insideSteps.addAll(inside.received(part, now)));
                    case NodeJoin.Step.Keep(Membership membership) -> {
                        seen.add("keep " + membership.node());
                        nodeSteps.addAll(node.kept());
                    }
                    case NodeJoin.Step.Ended ended -> seen.add("node " + said(ended.failure()));
                }
            }
        }
    }

    private static String said(JoinErrorCode failure) {
        return failure == null ? "done" : failure.code();
    }

    private static List<byte[]> pieces(byte[] bytes, int length) {
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += length) {
            pieces.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + length)));
        }
        return pieces;
    }

    private static byte[] sent(List<?> steps) {
        return switch (steps.getFirst()) {
            case InsideJoin.Step.Send(byte[] bytes) -> bytes;
            case NodeJoin.Step.Send(byte[] bytes) -> bytes;
            default -> throw new AssertionError("nothing was sent but " + steps);
        };
    }

    private static JoinErrorCode failureOf(List<?> steps) {
        return switch (steps.getLast()) {
            case InsideJoin.Step.Ended ended -> ended.failure();
            case NodeJoin.Step.Ended ended -> ended.failure();
            default -> throw new AssertionError("not the end: " + steps);
        };
    }

    @Test
    void aNodeWithTheBundleJoinsAndBothEndsKnowIt() {
        run(granted("edge1"), Integer.MAX_VALUE);

        assertThat(seen).containsExactlyInAnyOrder("decide", "keep edge1", "node done", "inside done");
    }

    @Test
    void itDoesNotMatterInWhichPiecesBytesCome() {
        run(granted("edge1"), 1);

        assertThat(seen).containsExactlyInAnyOrder("decide", "keep edge1", "node done", "inside done");
    }

    @Test
    void whoDoesNotKnowTheSecretIsNotEvenDecidedAbout() {
        node = node(bundle(ENROLMENT, EnrolmentSecret.make(RANDOM).secret()), binding);

        run(granted("edge1"), Integer.MAX_VALUE);

        assertThat(seen).containsExactlyInAnyOrder("inside join-secret-unproven", "node join-secret-unproven");
    }

    @Test
    void aBundleOfAnotherEnrolmentIsRefused() {
        node = node(bundle("ff112233445566778899aabbccddeeff", secret.secret()), binding);

        run(granted("edge1"), Integer.MAX_VALUE);

        assertThat(seen).containsExactlyInAnyOrder("node join-bundle-other", "inside join-bundle-other");
    }

    @Test
    void aLateNodeIsRefusedByItselfAndByTheInside() {
        long late = nanos(START.plus(Duration.ofHours(1)));
        runFrom(inside.start(authority.certificate(), authority::prove), granted("edge1"), Integer.MAX_VALUE, late);
        assertThat(seen).containsExactlyInAnyOrder("node join-bundle-expired", "inside join-bundle-expired");

        inside = inside(ENROLMENT, binding);
        node = node(bundle(ENROLMENT, secret.secret()), binding);
        byte[] opening = sent(inside.start(authority.certificate(), authority::prove));
        byte[] asking = sent(node.received(opening, late - 1)); // its clock is behind
        assertThat(failureOf(inside.received(asking, late))).isEqualTo(JoinErrorCode.BUNDLE_EXPIRED);
    }

    @Test
    void aUsedBundleIsRefusedAndTheNodeLearnsWhyFromTheAuthorityItself() {
        byte[] asking = sent(node.received(sent(inside.start(authority.certificate(), authority::prove)), NOW));
        assertThat(inside.received(asking, NOW).getFirst()).isInstanceOf(InsideJoin.Step.Decide.class);

        List<NodeJoin.Step> end = node.received(sent(inside.refused(JoinErrorCode.BUNDLE_USED)), NOW);

        assertThat(end).containsExactly(new NodeJoin.Step.Ended(JoinErrorCode.BUNDLE_USED, true));
    }

    @Test
    void aRefusalFromWhoHasProvedNothingIsKnownAsSuch() {
        byte[] refusal = JoinCodec.encode(new JoinMessage.Refused(JoinErrorCode.BUNDLE_USED));

        assertThat(node.received(refusal, NOW))
                .containsExactly(new NodeJoin.Step.Ended(JoinErrorCode.BUNDLE_USED, false));
    }

    @Test
    void anotherAuthorityOfTheSameNameIsStrange() {
        byte[] opening = sent(inside.start(stranger.certificate(), stranger::prove));

        assertThat(failureOf(node.received(opening, NOW))).isEqualTo(JoinErrorCode.AUTHORITY_STRANGE);
    }

    @Test
    void whoOnlyHasTheAuthoritysCertificateProvesNothing() {
        byte[] opening = sent(inside.start(authority.certificate(), stranger::prove));

        assertThat(failureOf(node.received(opening, NOW))).isEqualTo(JoinErrorCode.AUTHORITY_UNPROVEN);
    }

    @Test
    void whoStandsBetweenTwoChannelsCanPassOnNeitherProof() {
        node = node(bundle(ENROLMENT, secret.secret()), channel(2));
        run(granted("edge1"), Integer.MAX_VALUE);
        assertThat(seen).containsExactlyInAnyOrder("node join-authority-unproven", "inside join-authority-unproven");

        // and if the node could be made to speak, its proof would be of the wrong channel
        UnaryOperator<byte[]> onItsChannel = content -> authority.prove(ChannelProof.ofInside(channel(2), ENROLMENT));
        node = node(bundle(ENROLMENT, secret.secret()), channel(2));
        inside = inside(ENROLMENT, binding);
        byte[] asking = sent(node.received(sent(inside.start(authority.certificate(), onItsChannel)), NOW));
        assertThat(failureOf(inside.received(asking, NOW))).isEqualTo(JoinErrorCode.SECRET_UNPROVEN);
    }

    @Test
    void aRequestThatWasExchangedUnderTheProofIsRefused() {
        byte[] opening = sent(inside.start(authority.certificate(), authority::prove));
        JoinMessage.Request asking = (JoinMessage.Request) message(sent(node.received(opening, NOW)));
        TlsIdentity thief = stranger.issue(CertificateRequest.of("thief"), START);
        byte[] other = SigningRequest.make(thief.key(), thief.leaf().getPublicKey(), "edge1");

        byte[] exchanged = JoinCodec.encode(new JoinMessage.Request(other, asking.proof()));

        assertThat(failureOf(inside.received(exchanged, NOW))).isEqualTo(JoinErrorCode.SECRET_UNPROVEN);
    }

    private static JoinMessage message(byte[] framed) {
        return JoinCodec.decode(Arrays.copyOfRange(framed, Integer.BYTES, framed.length))
                .orThrow();
    }

    @Test
    void aRequestWhoseMakerDoesNotHoldTheKeyIsRefused() {
        sent(inside.start(authority.certificate(), authority::prove));
        byte[] forged = SigningRequest.make(own.key(), stranger.certificate().getPublicKey(), "edge1");
        byte[] proof = secret.secret().prove(ChannelProof.ofNode(binding, ENROLMENT, forged));

        byte[] asking = JoinCodec.encode(new JoinMessage.Request(forged, proof));

        assertThat(failureOf(inside.received(asking, NOW))).isEqualTo(JoinErrorCode.REQUEST_REFUSED);
    }

    @Test
    void aCertificateForAnotherNameKeyOrAuthorityIsNotKept() {
        List<List<X509Certificate>> wrong = List.of(
                granted("edge2"),
                authority.issue(CertificateRequest.node("edge1"), START).chain(),
                List.of(granted("edge1").getFirst()),
                List.of(authority.certificate(), authority.certificate()),
                stranger.issue(SigningRequest.read(request).orThrow(), CertificateRequest.node("edge1"), START),
                List.of(
                        stranger.issue(SigningRequest.read(request).orThrow(), CertificateRequest.node("edge1"), START)
                                .getFirst(),
                        authority.certificate()),
                authority.issue(
                        SigningRequest.read(request).orThrow(),
                        CertificateRequest.node("edge1").valid(Duration.ofDays(1)),
                        START.minus(Duration.ofDays(30))));
        for (List<X509Certificate> chain : wrong) {
            inside = inside(ENROLMENT, binding);
            node = node(bundle(ENROLMENT, secret.secret()), binding);
            seen.clear();

            run(chain, Integer.MAX_VALUE);

            assertThat(seen)
                    .as("chain %s", chain)
                    .containsExactlyInAnyOrder(
                            "decide", "node join-certificate-wrong", "inside join-certificate-wrong");
        }
    }

    @Test
    void whereverTheConnectionIsCutNothingIsGrantedOrKept() {
        byte[] opening = sent(inside.start(authority.certificate(), authority::prove));
        byte[] asking = sent(node.received(opening, NOW));
        inside.received(asking, NOW);
        byte[] welcome = sent(inside.admitted(granted("edge1"), snapshotKeys));
        for (int length = 0; length < asking.length; length++) {
            InsideJoin cut = inside(ENROLMENT, binding);
            cut.start(authority.certificate(), authority::prove);
            assertThat(cut.received(Arrays.copyOf(asking, length), NOW)).isEmpty();
            assertThat(failureOf(cut.cut())).isEqualTo(JoinErrorCode.CUT);
            assertThat(cut.received(asking, NOW)).isEmpty();
        }
        for (int length = 0; length < welcome.length; length++) {
            NodeJoin cut = node(bundle(ENROLMENT, secret.secret()), binding);
            cut.received(opening, NOW);
            assertThat(cut.received(Arrays.copyOf(welcome, length), NOW)).isEmpty();
            assertThat(failureOf(cut.cut())).isEqualTo(JoinErrorCode.CUT);
            assertThat(cut.received(welcome, NOW)).isEmpty();
        }
    }

    @Test
    void anyBitThatIsTurnedInARequestIsNoticed() {
        byte[] asking = sent(node.received(sent(inside.start(authority.certificate(), authority::prove)), NOW));
        for (int at = 0; at < asking.length; at++) {
            byte[] bent = asking.clone();
            bent[at] ^= 1;
            InsideJoin other = inside(ENROLMENT, binding);
            other.start(authority.certificate(), authority::prove);

            assertThat(other.received(bent, NOW))
                    .as("bit of byte %d", at)
                    .noneMatch(InsideJoin.Step.Decide.class::isInstance);
        }
    }

    @Test
    void anOverlongMessageIsRefusedByItsLengthAlone() {
        byte[] atTheLimit = ByteBuffer.allocate(4).putInt(JoinCodec.MAX_BYTES).array();
        byte[] pastIt = ByteBuffer.allocate(4).putInt(JoinCodec.MAX_BYTES + 1).array();
        byte[] negative = ByteBuffer.allocate(4).putInt(-1).array();

        assertThat(node(bundle(ENROLMENT, secret.secret()), binding).received(atTheLimit, NOW))
                .isEmpty();
        assertThat(failureOf(node(bundle(ENROLMENT, secret.secret()), binding).received(pastIt, NOW)))
                .isEqualTo(JoinErrorCode.MESSAGE_TOO_LONG);
        assertThat(failureOf(node.received(negative, NOW))).isEqualTo(JoinErrorCode.MESSAGE_TOO_LONG);
        inside.start(authority.certificate(), authority::prove);
        assertThat(failureOf(inside.received(pastIt, NOW))).isEqualTo(JoinErrorCode.MESSAGE_TOO_LONG);
    }

    @Test
    void aMessageOutOfTurnEndsIt() {
        byte[] opening = sent(inside.start(authority.certificate(), authority::prove));
        byte[] done = JoinCodec.encode(new JoinMessage.Done());

        assertThat(failureOf(inside.received(done, NOW))).isEqualTo(JoinErrorCode.MESSAGE_UNEXPECTED);
        node.received(opening, NOW);
        assertThat(failureOf(node.received(opening, NOW))).isEqualTo(JoinErrorCode.MESSAGE_UNEXPECTED);
    }

    @Test
    void whoIsSilentIsWaitedForTenSecondsAndNoLonger() {
        inside.start(authority.certificate(), authority::prove);
        long end = NOW + Duration.ofSeconds(10).toNanos();

        assertThat(inside.nextDeadline()).isEqualTo(end);
        assertThat(inside.due(end - 1)).isEmpty();
        assertThat(failureOf(inside.due(end))).isEqualTo(JoinErrorCode.TIMED_OUT);
        assertThat(node.due(end - 1)).isEmpty();
        assertThat(failureOf(node.due(end))).isEqualTo(JoinErrorCode.TIMED_OUT);
        assertThat(node.nextDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatCannotBeWrittenIsNotTakenForJoined() {
        byte[] asking = sent(node.received(sent(inside.start(authority.certificate(), authority::prove)), NOW));
        inside.received(asking, NOW);
        node.received(sent(inside.admitted(granted("edge1"), snapshotKeys)), NOW);

        List<NodeJoin.Step> steps = node.notKept();

        assertThat(failureOf(steps)).isEqualTo(JoinErrorCode.NOT_KEPT);
        assertThat(failureOf(inside.received(sent(steps), NOW))).isEqualTo(JoinErrorCode.NOT_KEPT);
    }
}
