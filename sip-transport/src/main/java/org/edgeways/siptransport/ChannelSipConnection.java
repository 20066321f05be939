package org.edgeways.siptransport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.LogText;
import org.edgeways.net.PeerIdentity;
import org.edgeways.sip.message.ParseOutcome;
import org.edgeways.sip.message.SipMessage;
import org.edgeways.sip.message.SipParser;
import org.edgeways.sip.transaction.Flow;
import org.edgeways.sip.transaction.Origin;
import org.edgeways.sip.transaction.ReceivedVia;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A SIP connection on a Netty channel. Messages from any thread go through one {@link SendQueue}, so that order is kept and
 * writes are coalesced. What differs between wires is how a message is packed.
 */
final class ChannelSipConnection implements SipConnection {

    /** How encoded messages become what the channel's pipeline writes. */
    interface Packing {
        /** One message. */
        Object pack(Channel channel, byte[] message);

        /** True on a byte stream, where several messages may go out as one piece. */
        boolean joins();

        /** The last thing that is written before we close. */
        Object farewell(Channel channel);
    }

    private static final Logger LOG = LoggerFactory.getLogger(SipConnection.class);
    private static final String LINE = "event=sip-connection-closed code={} endpoint={} source={}";
    private static final int LOGGED_REFUSALS = 5;
    private static final int CLOSE_SECONDS = 2;
    private static final long NOT_INCOMPLETE = Long.MAX_VALUE;
    private static final long NOTHING_SENT = Long.MAX_VALUE;

    private final ConnectionSetup setup;
    private final Channel channel;
    private final Packing packing;
    private final Flow flow;
    private final Origin origin;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final @Nullable PeerIdentity peer;
    private final TransportCounters counters;

    private final SendQueue outgoing;
    private final AtomicReference<@Nullable TransportErrorCode> closing = new AtomicReference<>();
    private volatile boolean unanswered;

    // the event loop's own
    private long lastHeard;
    private long incompleteSince = NOT_INCOMPLETE;
    private boolean pinged;
    private int questions;
    /** Since when something was sent and nothing has come, or since when the question after that. */
    private long askingSince = NOTHING_SENT;
    /** The question is behind what was not taken yet, and so nobody can have heard it. */
    private boolean questionWaits;

    private int refusals;

    ChannelSipConnection(ConnectionSetup setup, Channel channel, Packing packing, @Nullable PeerIdentity peer) {
        this(
                setup,
                channel,
                packing,
                peer,
                setup.context().flows().next(setup.context().loops().numberOf(channel.eventLoop())));
    }

    /** One on a loop that is not of the context's. */
    ChannelSipConnection(
            ConnectionSetup setup, Channel channel, Packing packing, @Nullable PeerIdentity peer, Flow flow) {
        this.setup = setup;
        this.channel = channel;
        this.packing = packing;
        outgoing = new SendQueue(setup, channel, packing, this::sending);
        this.peer = peer;
        this.flow = flow;
        remote = (InetSocketAddress) channel.remoteAddress();
        local = (InetSocketAddress) channel.localAddress();
        origin = origin(setup, flow, peer);
        counters = setup.counters();
    }

    /** A party is named as {@link LinkTable} knows it, or answers to it would be dropped. */
    private static Origin origin(ConnectionSetup setup, Flow flow, @Nullable PeerIdentity peer) {
        if (setup.transport() == SipTransport.UDP) {
            return Origin.datagrams(flow);
        }
        String name = setup.link() && peer != null ? peer.name() : null;
        return name == null ? Origin.connection(flow) : Origin.service(flow, name);
    }

    // ---- its life, on the event loop

    /** Enters the tables and tells everybody. */
    void open() {
        long now = now();
        lastHeard = now;
        outgoing.open(now);
        setup.context().connections().add(this);
        if (setup.link()) {
            setup.context().links().add(this, isAccepted());
        }
        channel.closeFuture().addListener(future -> closed());
        long tick = setup.settings().tick(setup.link()).toNanos();
        var ticks = channel.eventLoop().scheduleWithFixedDelay(this::supervise, tick, tick, TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(future -> ticks.cancel(false));
        guarded(() -> setup.events().opened(this, now));
    }

    private boolean isAccepted() {
        return channel.parent() != null;
    }

    private void closed() {
        closing.compareAndSet(null, TransportErrorCode.PEER_CLOSED);
        TransportErrorCode reason = closing.get();
        setup.context().connections().remove(this);
        if (setup.link()) {
            setup.context().links().remove(this, isAccepted());
        }
        outgoing.clear();
        if (reason != null) {
            counters.closed(reason);
            LOG.debug("{} {} closed: {}", setup.endpoint(), remote, reason.code());
            guarded(() -> setup.events().closed(this, reason, now()));
        }
    }

    private void supervise() {
        long now = now();
        SipConnectionSettings limits = setup.settings();
        if (setup.transport() != SipTransport.UDP
                && now - lastHeard > limits.idle().toNanos()) {
            close(TransportErrorCode.IDLE);
        } else if (pinged
                && setup.link()
                && now - lastHeard > limits.linkSilence().toNanos()) {
            // the other end has given it up; requests would go on being sent here until TCP gives up, minutes later
            silent();
        } else if (askingSince != NOTHING_SENT
                && !questionWaits // else how long is for "stalled" to say
                && now - silentSince() > limits.linkUnanswered().toNanos()) {
            asked();
        } else if (incompleteSince != NOT_INCOMPLETE
                && now - incompleteSince > limits.incompleteMessage().toNanos()) {
            logged(TransportErrorCode.SLOW_SENDER);
            close(TransportErrorCode.SLOW_SENDER);
        } else if (outgoing.hasUntaken()
                && now - outgoing.lastTaken() > limits.stalled().toNanos()) {
            logged(TransportErrorCode.SLOW_RECEIVER);
            abort(TransportErrorCode.SLOW_RECEIVER);
        }
    }

    /** While something waits to be taken, its being taken is a sign of life too: the other end's TCP has made room for it. */
    private long silentSince() {
        return outgoing.isInFlight() ? Math.max(askingSince, outgoing.lastTaken()) : askingSince;
    }

    /** Who dialled pings, and so answers pings; a server of others that dialled and never pings is not asked. */
    private boolean mayBeAsked() {
        return askingSince == NOTHING_SENT && setup.link() && (pinged || !isAccepted());
    }

    @Override
    public void ask() {
        channel.eventLoop().execute(() -> {
            if (isOpen() && mayBeAsked()) {
                askingSince = now();
                var _ = ping();
            }
        });
    }

    /** What was sent got no sign of life: asks for one, and does not ask twice. */
    private void asked() {
        if (unanswered) {
            silent();
        } else {
            unanswered = true;
            questionWaits = true;
            ping().addListener(written -> {
                questionWaits = false;
                askingSince = unanswered ? now() : askingSince;
            });
        }
    }

    /** Asks whether the other end lives, whatever is queued; on the event loop. */
    ChannelFuture ping() {
        questions++;
        return outgoing.behindAll(StreamHandler.PING);
    }

    private void silent() {
        LOG.info(LINE, TransportErrorCode.LINK_SILENT.code(), setup.endpoint(), source());
        abort(TransportErrorCode.LINK_SILENT);
    }

    private void logged(TransportErrorCode code) {
        if (setup.context().mayLog()) {
            LOG.info(LINE, code.code(), setup.endpoint(), source());
        }
    }

    // ---- what comes, on the event loop

    /** Bytes have come. */
    void heard() {
        lastHeard = now();
        askingSince = NOTHING_SENT;
        unanswered = false;
    }

    /** How often it was asked whether the other end lives, since the last call. */
    int takeQuestions() {
        int taken = questions;
        questions = 0;
        return taken;
    }

    /** The other end asks whether the connection lives, and so will ask again. */
    void pinged() {
        pinged = true;
    }

    /** When something last came, in nanoseconds since 1970. */
    long lastHeard() {
        return lastHeard;
    }

    /** Says whether a message has begun and not ended; {@code fresh} if another ended since the last call. */
    void incomplete(boolean midMessage, boolean fresh) {
        if (!midMessage) {
            incompleteSince = NOT_INCOMPLETE;
        } else if (fresh || incompleteSince == NOT_INCOMPLETE) {
            incompleteSince = now();
        }
    }

    /** One whole message has come. */
    void message(byte[] bytes) {
        switch (SipParser.parse(bytes, setup.settings().message())) {
            case ParseOutcome.Good(SipMessage message) -> {
                counters.received().increment();
                if (message.isRequest()) {
                    mark(message);
                }
                guarded(() -> setup.events().received(this, message, now()));
            }
            case ParseOutcome.Refused refused -> {
                SipMessage request = refused.answerable();
                refused(refused.code(), refused.offset());
                if (request != null) {
                    mark(request);
                    send(SipMessage.responseTo(request, refused.status(), refused.reason(), toTag()));
                } else if (setup.transport() != SipTransport.UDP) {
                    close(TransportErrorCode.MESSAGE_UNANSWERABLE);
                }
            }
        }
    }

    /** A datagram did not reach anybody. */
    void unsent() {
        counters.unsent();
    }

    /** Something came that is no message: counts it, logs it, tells the role. */
    void refused(ErrorCode code, long offset) {
        counters.refused(code);
        if (refusals++ < LOGGED_REFUSALS && setup.context().mayLog()) {
            LOG.info(
                    "event=sip-input-refused code={} endpoint={} source={} offset={}",
                    code.code(),
                    setup.endpoint(),
                    source(),
                    offset);
        }
        guarded(() -> setup.events().refused(this, code, now()));
    }

    private String source() {
        return LogText.address(remote);
    }

    private void mark(SipMessage request) {
        String address = remote.getAddress().getHostAddress();
        int zone = address.indexOf('%');
        ReceivedVia.mark(request, zone < 0 ? address : address.substring(0, zone), remote.getPort());
    }

    private String toTag() {
        return Long.toString(setup.context().random().nextLong(Long.MAX_VALUE), 36);
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            counters.roleFailed();
            LOG.error(
                    "event=sip-role-failed code={} endpoint={} source={}",
                    TransportErrorCode.ROLE_FAILED.code(),
                    setup.endpoint(),
                    source(),
                    e);
        }
    }

    private long now() {
        return setup.context().clock().now();
    }

    // ---- what goes, from any thread

    @Override
    public SendOutcome send(byte[] message) {
        if (!isOpen()) {
            return SendOutcome.CLOSED;
        }
        return outgoing.add(message) ? SendOutcome.SENT : SendOutcome.FULL;
    }

    /** Who sends a keep-alive waits for its answer himself; all else must get a sign of life. */
    private void sending(int length) {
        if (length > StreamHandler.PING.length && mayBeAsked()) {
            askingSince = now();
        }
    }

    @Override
    public void close(TransportErrorCode reason) {
        close(reason, () -> packing.farewell(channel));
    }

    /** As {@link #close(TransportErrorCode)}, with other last words than usual. */
    void close(TransportErrorCode reason, Supplier<Object> farewell) {
        if (closing.compareAndSet(null, reason)) {
            channel.eventLoop().execute(() -> {
                outgoing.drain();
                // behind what was written; a receiver that takes nothing is cut off all the same
                channel.writeAndFlush(farewell.get()).addListener(ChannelFutureListener.CLOSE);
                var cut = channel.eventLoop().schedule(this::cutOff, CLOSE_SECONDS, TimeUnit.SECONDS);
                channel.closeFuture().addListener(future -> cut.cancel(false));
            });
        }
    }

    /** Closes at once, whatever is queued. */
    private void abort(TransportErrorCode reason) {
        closing.compareAndSet(null, reason);
        cutOff();
    }

    /** Closes the socket under TLS, which would else wait for its last record to be taken. */
    private void cutOff() {
        var socketSide = channel.pipeline().firstContext();
        var _ = socketSide == null ? channel.close() : socketSide.close();
    }

    /** Notes why the channel is about to be closed by the pipeline itself. */
    void failing(TransportErrorCode reason) {
        closing.compareAndSet(null, reason);
    }

    // ---- what it is

    @Override
    public Flow flow() {
        return flow;
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public SipTransport transport() {
        return setup.transport();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remote;
    }

    @Override
    public InetSocketAddress localAddress() {
        return local;
    }

    @Override
    public @Nullable PeerIdentity peer() {
        return peer;
    }

    @Override
    public boolean isLink() {
        return setup.link();
    }

    @Override
    public String endpoint() {
        return setup.endpoint();
    }

    @Override
    public boolean isOpen() {
        return closing.get() == null && channel.isActive();
    }

    @Override
    public boolean isCongested() {
        return outgoing.isCongested();
    }

    @Override
    public boolean isUnanswered() {
        return unanswered;
    }

    @Override
    public String toString() {
        return setup.endpoint() + " " + remote + " #" + flow.id();
    }
}
