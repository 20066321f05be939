package org.edgeways.joining.engine;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.EnrolmentSecret;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.net.PeerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * The node's end of one connection on which it may join. Not safe for use by several threads.
 *
 * <pre>
 * state   | event                                                      | next    | out
 * --------+------------------------------------------------------------+---------+-----------------------------
 * WAITING | Opening of our bundle, of its authority, proved            | ASKING  | Request
 * WAITING | Opening otherwise                                          | ENDED   | Refused, Ended
 * ASKING  | Welcome with a certificate for our key and name            | KEEPING | Keep
 * ASKING  | Welcome otherwise                                          | ENDED   | Refused, Ended
 * KEEPING | kept                                                       | ENDED   | Done, Ended without a failure
 * KEEPING | not kept                                                   | ENDED   | Refused, Ended
 * any     | Refused                                                    | ENDED   | Ended with its code
 * any     | another message, a bad one                                 | ENDED   | Refused, Ended
 * any     | cut; {@value JoinEnd#PATIENCE_SECONDS} s over                                          | ENDED   | Ended
 * </pre>
 */
public final class NodeJoin extends JoinEnd<NodeJoin.Step> {

    /** What is to be done. */
    public sealed interface Step {
        /** Send it. */
        @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
        record Send(byte[] bytes) implements Step {}

        /** Write it to the disk, then call {@link #kept} or {@link #notKept}. */
        record Keep(Membership membership) implements Step {}

        /**
         * Close.
         *
         * @param failure null if we have joined
         * @param proved the other end had proved before that it is the authority
         */
        record Ended(@Nullable JoinErrorCode failure, boolean proved) implements Step {}
    }

    private enum State {
        WAITING,
        ASKING,
        KEEPING,
        ENDED
    }

    private final Bundle bundle;
    private final PublicKey key;
    private final byte[] request;
    private final byte[] binding;
    private State state = State.WAITING;
    private @Nullable X509Certificate authority;

    /**
     * One connection.
     *
     * @param key ours, which the certificate is to be for
     * @param request for that certificate, PKCS #10
     * @param binding the channel binding of the connection, {@value ChannelProof#BINDING_BYTES} bytes
     * @param now nanoseconds since 1970
     */
    public NodeJoin(Bundle bundle, PublicKey key, byte[] request, byte[] binding, long now) {
        super(now);
        this.bundle = bundle;
        this.key = key;
        this.request = request.clone();
        this.binding = binding.clone();
    }

    @Override
    List<Step> take(JoinMessage message, long now) {
        return switch (message) {
            case JoinMessage.Opening opening when state == State.WAITING -> opened(opening, now);
            case JoinMessage.Welcome welcome when state == State.ASKING -> welcomed(welcome, now);
            case JoinMessage.Refused refused -> end(refused.code());
            case JoinMessage.Opening _, JoinMessage.Request _, JoinMessage.Welcome _, JoinMessage.Done _ ->
                refuse(JoinErrorCode.MESSAGE_UNEXPECTED);
        };
    }

    private List<Step> opened(JoinMessage.Opening opening, long now) {
        X509Certificate certificate = certificate(opening.authority());
        if (certificate == null || !Bundle.fingerprint(certificate).equals(bundle.authority())) {
            return refuse(JoinErrorCode.AUTHORITY_STRANGE);
        }
        byte[] content = ChannelProof.ofInside(binding, opening.enrolment());
        if (!ChannelProof.holds("SHA256withECDSA", certificate.getPublicKey(), content, opening.proof())) {
            return refuse(JoinErrorCode.AUTHORITY_UNPROVEN);
        }
        authority = certificate;
        if (!opening.enrolment().equals(bundle.enrolment())) {
            return refuse(JoinErrorCode.BUNDLE_OTHER);
        }
        if (bundle.isExpired(Instant.ofEpochSecond(0, now))) {
            return refuse(JoinErrorCode.BUNDLE_EXPIRED);
        }
        state = State.ASKING;
        byte[] proof = bundle.secret().prove(ChannelProof.ofNode(binding, bundle.enrolment(), request));
        return List.of(send(new JoinMessage.Request(request, proof)));
    }

    private List<Step> welcomed(JoinMessage.Welcome welcome, long now) {
        Membership membership = membership(welcome, Instant.ofEpochSecond(0, now));
        if (membership == null) {
            return refuse(JoinErrorCode.CERTIFICATE_WRONG);
        }
        state = State.KEEPING;
        return List.of(new Step.Keep(membership));
    }

    /** Null unless all that came is for us and of the authority. */
    private @Nullable Membership membership(JoinMessage.Welcome welcome, Instant now) {
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] der : welcome.chain()) {
            X509Certificate certificate = certificate(der);
            if (certificate == null) {
                return null;
            }
            chain.add(certificate);
        }
        X509Certificate leaf = chain.getFirst();
        if (authority == null
                || !chain.getLast().equals(authority)
                || !leaf.getPublicKey().equals(key)
                || !bundle.node().equals(PeerIdentity.of(leaf).node())) {
            return null;
        }
        try {
            leaf.verify(authority.getPublicKey());
            leaf.checkValidity(Date.from(now));
        } catch (GeneralSecurityException wrong) {
            return null;
        }
        List<PublicKey> keys = welcome.snapshotKeys().stream()
                .flatMap(encoded -> EnrolmentSecret.publicKey(encoded).stream())
                .toList();
        return chain.size() < 2 || keys.size() < welcome.snapshotKeys().size()
                ? null
                : new Membership(bundle.node(), chain, keys);
    }

    private static @Nullable X509Certificate certificate(byte[] der) {
        try {
            return CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der))
                            instanceof X509Certificate certificate
                    ? certificate
                    : null;
        } catch (CertificateException malformed) {
            return null;
        }
    }

    /** What came is on the disk. Does nothing if the connection has ended in the meantime. */
    public List<Step> kept() {
        if (hasEnded()) {
            return List.of();
        }
        keeping();
        List<Step> steps = new ArrayList<>(List.of(send(new JoinMessage.Done())));
        steps.addAll(end(null));
        return steps;
    }

    /** What came could not be written. */
    public List<Step> notKept() {
        if (hasEnded()) {
            return List.of();
        }
        keeping();
        return refuse(JoinErrorCode.NOT_KEPT);
    }

    @Override
    boolean hasEnded() {
        return state == State.ENDED;
    }

    @Override
    List<Step> end(@Nullable JoinErrorCode failure) {
        state = State.ENDED;
        return List.of(new Step.Ended(failure, authority != null));
    }

    @Override
    Step send(JoinMessage message) {
        return new Step.Send(JoinCodec.encode(message));
    }

    private void keeping() {
        if (state != State.KEEPING) {
            throw new IllegalStateException("nothing is being kept in " + state);
        }
    }
}
