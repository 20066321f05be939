package org.edgeways.joining.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.edgeways.base.Result;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.BundleCodec;
import org.edgeways.joining.EnrolmentSecret;
import org.edgeways.net.CertificateAuthority;
import org.edgeways.net.CertificateRequest;
import org.edgeways.net.SigningRequest;
import org.edgeways.net.TlsIdentity;

/**
 * Any bytes as what the other end of a joining sends, as a request for a certificate, and as a bundle: nothing throws, nobody
 * is let in, and what was understood reads back the same.
 */
public final class JoinTarget {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Instant START = Instant.parse("2026-11-26T09:00:00Z");
    private static final long NOW = Duration.between(Instant.EPOCH, START).toNanos();
    private static final String ENROLMENT = "00112233445566778899aabbccddeeff";
    private static final byte[] BINDING = new byte[ChannelProof.BINDING_BYTES];
    private static final CertificateAuthority AUTHORITY = CertificateAuthority.create("Acorn authority", START, RANDOM);
    private static final EnrolmentSecret.Made SECRET = EnrolmentSecret.make(RANDOM);
    private static final TlsIdentity OWN = AUTHORITY.issue(CertificateRequest.of("self-made"), START);
    private static final byte[] REQUEST =
            SigningRequest.make(OWN.key(), OWN.leaf().getPublicKey(), "edge1");
    private static final Offer OFFER =
            new Offer(ENROLMENT, "edge1", SECRET.proofKey(), START.plus(Duration.ofHours(1)));
    private static final Bundle BUNDLE = new Bundle(
            "edge1",
            ENROLMENT,
            Bundle.fingerprint(AUTHORITY.certificate()),
            SECRET.secret(),
            START.plus(Duration.ofHours(1)),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 5061));
    private static final byte[] OPENING = JoinCodec.encode(
            new JoinMessage.Opening(ENROLMENT, encoded(), AUTHORITY.prove(ChannelProof.ofInside(BINDING, ENROLMENT))));

    private JoinTarget() {}

    private static byte[] encoded() {
        try {
            return AUTHORITY.certificate().getEncoded();
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        InsideJoin inside = new InsideJoin(OFFER, BINDING, NOW);
        inside.start(AUTHORITY.certificate(), AUTHORITY::prove);
        that(inside.received(data, NOW).stream().noneMatch(InsideJoin.Step.Decide.class::isInstance), "was let in");

        NodeJoin waiting = new NodeJoin(BUNDLE, OWN.leaf().getPublicKey(), REQUEST, BINDING, NOW);
        kept(waiting.received(data, NOW));
        NodeJoin asking = new NodeJoin(BUNDLE, OWN.leaf().getPublicKey(), REQUEST, BINDING, NOW);
        asking.received(OPENING, NOW);
        kept(asking.received(data, NOW));

        SigningRequest.read(data);
        if (JoinCodec.decode(data) instanceof Result.Ok<JoinMessage>(JoinMessage message)
                && data.length <= JoinCodec.MAX_BYTES
                && !(message instanceof JoinMessage.Refused)) {
            byte[] written = JoinCodec.encode(message);
            that(Arrays.equals(Arrays.copyOfRange(written, Integer.BYTES, written.length), data), "a message changed");
        }
        if (BundleCodec.decode(new String(data, StandardCharsets.UTF_8)) instanceof Result.Ok<Bundle>(Bundle bundle)) {
            String written = BundleCodec.encode(bundle);
            that(BundleCodec.encode(BundleCodec.decode(written).orThrow()).equals(written), "a bundle changed");
        }
    }

    private static void kept(List<NodeJoin.Step> steps) {
        that(steps.stream().noneMatch(NodeJoin.Step.Keep.class::isInstance), "a stranger's certificate was kept");
    }

    private static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
