package org.edgeways.joining.engine;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.edgeways.base.Result;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.net.SigningRequest;
import org.jspecify.annotations.Nullable;

/**
 * The inside's end of one connection on which a node may join. Not safe for use by several threads.
 *
 * <pre>
 * state     | event                                        | next     | out
 * ----------+----------------------------------------------+----------+------------------------------
 * NEW       | start                                        | ASKED    | Opening
 * ASKED     | Request, secret proved, request readable     | DECIDING | Decide
 * ASKED     | Request otherwise, or the bundle has expired | ENDED    | Refused, Ended
 * DECIDING  | admitted                                     | GRANTED  | Welcome
 * DECIDING  | refused                                      | ENDED    | Refused, Ended
 * GRANTED   | Done                                         | ENDED    | Ended, without a failure
 * any       | Refused                                      | ENDED    | Ended with its code
 * any       | another message, a bad one                   | ENDED    | Refused, Ended
 * any       | cut; {@value JoinEnd#PATIENCE_SECONDS} s over                     | ENDED    | Ended
 * </pre>
 */
public final class InsideJoin extends JoinEnd<InsideJoin.Step> {

    /** What is to be done. */
    public sealed interface Step {
        /** Send it. */
        @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
        record Send(byte[] bytes) implements Step {}

        /** Find out whether the bundle still works, then call {@link #admitted} or {@link #refused}. */
        record Decide(SigningRequest request) implements Step {}

        /** Close; {@code failure} is null if the node has joined. */
        record Ended(@Nullable JoinErrorCode failure) implements Step {}
    }

    private enum State {
        NEW,
        ASKED,
        DECIDING,
        GRANTED,
        ENDED
    }

    private final Offer offer;
    private final byte[] binding;
    private State state = State.NEW;

    /**
     * One connection.
     *
     * @param binding the channel binding of it, {@value ChannelProof#BINDING_BYTES} bytes
     * @param now nanoseconds since 1970
     */
    public InsideJoin(Offer offer, byte[] binding, long now) {
        super(now);
        this.offer = offer;
        this.binding = binding.clone();
    }

    /**
     * Begins.
     *
     * @param authority its certificate
     * @param prove signs with its key
     */
    public List<Step> start(X509Certificate authority, UnaryOperator<byte[]> prove) {
        move(State.NEW, State.ASKED);
        try {
            return List.of(send(new JoinMessage.Opening(
                    offer.enrolment(),
                    authority.getEncoded(),
                    prove.apply(ChannelProof.ofInside(binding, offer.enrolment())))));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("the authority's certificate has no encoding", e);
        }
    }

    @Override
    List<Step> take(JoinMessage message, long now) {
        return switch (message) {
            case JoinMessage.Request request when state == State.ASKED -> asked(request, now);
            case JoinMessage.Done _ when state == State.GRANTED -> end(null);
            case JoinMessage.Refused refused -> end(refused.code());
            case JoinMessage.Opening _, JoinMessage.Request _, JoinMessage.Welcome _, JoinMessage.Done _ ->
                refuse(JoinErrorCode.MESSAGE_UNEXPECTED);
        };
    }

    private List<Step> asked(JoinMessage.Request message, long now) {
        byte[] content = ChannelProof.ofNode(binding, offer.enrolment(), message.request());
        // who has not proved the secret learns nothing, not even whether the bundle is still good
        if (!ChannelProof.holds("Ed25519", offer.proofKey(), content, message.proof())) {
            return refuse(JoinErrorCode.SECRET_UNPROVEN);
        }
        if (!Instant.ofEpochSecond(0, now).isBefore(offer.expires())) {
            return refuse(JoinErrorCode.BUNDLE_EXPIRED);
        }
        return switch (SigningRequest.read(message.request())) {
            case Result.Bad<SigningRequest> _ -> refuse(JoinErrorCode.REQUEST_REFUSED);
            case Result.Ok<SigningRequest>(SigningRequest request) -> {
                move(State.ASKED, State.DECIDING);
                yield List.of(new Step.Decide(request));
            }
        };
    }

    /**
     * The node may join. Does nothing if the connection has ended in the meantime.
     *
     * @param chain the node's certificate first, the authority's last
     * @param snapshotKeys at least one, as X.509 SubjectPublicKeyInfo
     */
    public List<Step> admitted(List<X509Certificate> chain, List<byte[]> snapshotKeys) {
        if (hasEnded()) {
            return List.of();
        }
        move(State.DECIDING, State.GRANTED);
        List<byte[]> encoded = new ArrayList<>();
        for (X509Certificate certificate : chain) {
            try {
                encoded.add(certificate.getEncoded());
            } catch (CertificateEncodingException e) {
                throw new IllegalArgumentException("a certificate has no encoding", e);
            }
        }
        return List.of(send(new JoinMessage.Welcome(encoded, snapshotKeys)));
    }

    /** The node may not join. */
    public List<Step> refused(JoinErrorCode code) {
        return hasEnded() ? List.of() : refuse(code);
    }

    @Override
    boolean hasEnded() {
        return state == State.ENDED;
    }

    @Override
    List<Step> end(@Nullable JoinErrorCode failure) {
        state = State.ENDED;
        return List.of(new Step.Ended(failure));
    }

    @Override
    Step send(JoinMessage message) {
        return new Step.Send(JoinCodec.encode(message));
    }

    private void move(State from, State to) {
        if (state != from) {
            throw new IllegalStateException("from " + state + " there is no way to " + to);
        }
        state = to;
    }
}
