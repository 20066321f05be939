package org.edgeways.control;

import java.math.BigInteger;
import java.security.KeyPair;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.edgeways.base.Result;
import org.edgeways.link.ControlPeer;
import org.edgeways.link.ControlService;
import org.edgeways.link.ControlSession;
import org.edgeways.net.PeerIdentity;
import org.edgeways.net.Pem;
import org.edgeways.net.SigningRequest;
import org.edgeways.settings.control.ControlCodec;
import org.edgeways.settings.control.ControlMessage;
import org.edgeways.settings.snapshot.EdgeSnapshot;
import org.edgeways.settings.snapshot.SnapshotReader;
import org.edgeways.tokens.SnapshotKey;

/** The other end of a control stream, without a stream. */
final class FakeNode implements ControlPeer {

    private final PeerIdentity identity;
    private final ControlSession session;
    private final BlockingQueue<ControlMessage> sent = new LinkedBlockingQueue<>();
    /** What it is to pass on to connectors. */
    final BlockingQueue<ControlMessage.RefusedSerials> passedOn = new LinkedBlockingQueue<>();

    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    private volatile boolean ended;
    /** The end of its stream is heard later. */
    volatile boolean slowToEnd;

    FakeNode(String name, ControlService service) {
        this(new PeerIdentity(name, null, List.of(), null), service);
    }

    FakeNode(PeerIdentity identity, ControlService service) {
        this.identity = identity;
        session = service.opened(this);
    }

    @Override
    public PeerIdentity identity() {
        return identity;
    }

    @Override
    public void send(byte[] message) {
        if (ended) {
            return; // nobody hears it
        }
        switch (ControlCodec.read(message).orThrow()) {
            case ControlMessage.RefusedSerials refused -> passedOn.add(refused);
            case ControlMessage other -> sent.add(other);
        }
    }

    @Override
    public void close(String reason) {
        ended = true;
        closed.add(reason);
        if (session != null && !slowToEnd) { // else it is closed while it is being opened
            session.closed(reason);
        }
    }

    void says(ControlMessage message) {
        session.received(ControlCodec.write(message));
    }

    void says(byte[] message) {
        session.received(message);
    }

    void hello(long revision) {
        says(new ControlMessage.Hello(String.valueOf(identity.node()), revision, "test"));
    }

    void report(long revision, Optional<ControlMessage.Rejected> rejected) {
        says(new ControlMessage.Report(revision, rejected, List.of(), Optional.empty(), List.of()));
    }

    /** Says which certificate it has. */
    void reportHolding(BigInteger serial) {
        says(new ControlMessage.Report(
                0,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.of(serial.toString(16))));
    }

    void asksForACertificate(KeyPair keys) {
        says(new ControlMessage.CertificateRequest(
                Pem.requestText(SigningRequest.make(keys.getPrivate(), keys.getPublic(), "anything"))));
    }

    /** What it is told next. */
    ControlMessage told() throws InterruptedException {
        ControlMessage message = sent.poll(Inside.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("nothing was said");
        }
        return message;
    }

    /** What it is to pass on to connectors next. */
    ControlMessage.RefusedSerials toPassOn() throws InterruptedException {
        ControlMessage.RefusedSerials message = passedOn.poll(Inside.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("nothing to pass on was said");
        }
        return message;
    }

    /** The settings that it is given next. */
    EdgeSnapshot given(SnapshotKey key) throws InterruptedException {
        byte[] envelope = ((ControlMessage.SnapshotPush) told()).bytes();
        Result<EdgeSnapshot> read = new SnapshotReader(String.valueOf(identity.node()), List.of(key)).read(envelope, 0);
        return read.orThrow();
    }

    boolean isClosed() {
        return !closed.isEmpty();
    }

    boolean isToldNothing() {
        return sent.isEmpty();
    }

    String closedWith() throws InterruptedException {
        String reason = closed.poll(Inside.PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (reason == null) {
            throw new AssertionError("was not closed");
        }
        return reason;
    }
}
