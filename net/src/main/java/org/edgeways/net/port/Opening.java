package org.edgeways.net.port;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.edgeways.base.ErrorCode;
import org.edgeways.base.LogText;
import org.edgeways.net.Admission;
import org.edgeways.net.NetErrorCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time between a connection's accept and the moment at which its protocol has it for good. It ends in one of three
 * ways: ready, refused, or gone. On the connection's event loop only.
 *
 * <pre>
 *   HANDSHAKE ──► FIRST_BYTES ──► TAKEN ──► over (ready, refused, gone)
 * </pre>
 *
 * From every stage it may be over. The deadline is the admission's {@code handshakeTimeout} for all stages together.
 */
final class Opening {

    private static final Logger LOG = LoggerFactory.getLogger(SharedListener.class);

    /** How far it has come. */
    enum Stage {
        /** The ClientHello and the handshake. */
        HANDSHAKE,
        /** The first decrypted bytes are to decide. */
        FIRST_BYTES,
        /** A protocol has it, and has still to agree with its client. */
        TAKEN,
        /** The end. */
        OVER
    }

    private final PortContext context;
    private final ListenerSettings settings;
    private final PortEvents events;
    private final Channel channel;
    private final Admission.Ticket ticket;
    private final InetSocketAddress remote;
    private final BooleanSupplier closing;
    private Stage stage = Stage.HANDSHAKE;
    private @Nullable Future<?> deadline;
    private @Nullable Runnable end;

    Opening(
            PortContext context,
            ListenerSettings settings,
            PortEvents events,
            Channel channel,
            Admission.Ticket ticket,
            InetSocketAddress remote,
            BooleanSupplier closing) {
        this.context = context;
        this.settings = settings;
        this.events = events;
        this.channel = channel;
        this.ticket = ticket;
        this.remote = remote;
        this.closing = closing;
    }

    void begin() {
        deadline = channel.eventLoop()
                .schedule(
                        this::late,
                        settings.admission().limits().handshakeTimeout().toNanos(),
                        TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> {
            stopTimer(); // the handlers' channelInactive comes after this, and tells of a handshake that was given up
            ticket.close();
        });
    }

    String listener() {
        return settings.name();
    }

    Stage stage() {
        return stage;
    }

    void advance(Stage next) {
        if (stage == Stage.OVER) {
            return;
        }
        if (next.compareTo(stage) <= 0) {
            throw new IllegalStateException(stage + " is not followed by " + next);
        }
        stage = next;
    }

    void whenLate(Runnable what) {
        end = what;
    }

    private void late() {
        switch (stage) {
            case HANDSHAKE -> refuse(NetErrorCode.HANDSHAKE_TIMEOUT, "");
            case FIRST_BYTES -> refuse(NetErrorCode.FIRST_BYTES_TIMEOUT, "");
            case TAKEN -> {
                Runnable own = end;
                if (own == null) {
                    refuse(NetErrorCode.FIRST_BYTES_TIMEOUT, "");
                } else {
                    own.run();
                }
            }
            case OVER -> {
                var _ = channel.close();
            }
        }
    }

    void ready() {
        stage = Stage.OVER;
        stopTimer();
        end = null;
        ticket.handshakeDone();
    }

    /** Tells, and closes. */
    void refuse(ErrorCode code, String detail) {
        refused(code, detail);
        var _ = channel.close();
    }

    /** Tells. */
    void refused(ErrorCode code, String detail) {
        if (stage == Stage.OVER) {
            return;
        }
        stage = Stage.OVER; // the deadline stays: whoever reads an answer slowly is closed by it
        end = null;
        if (closing.getAsBoolean()) {
            return; // we have closed it ourselves
        }
        context.counters()
                .counter("net_handshakes_failed", "endpoint", settings.name(), "reason", code.code())
                .increment();
        if (context.lines().mayWrite(context.clock().now())) {
            LOG.info(
                    "event=net-connection-refused code={} listener={} source={} detail=\"{}\"",
                    code.code(),
                    settings.name(),
                    remote.getAddress().getHostAddress(),
                    LogText.clean(detail));
        }
        events.refused(
                settings.name(), remote.getAddress(), code, context.clock().now());
    }

    /** It has come before what it is for is served; nobody did anything wrong. */
    void early() {
        stage = Stage.OVER; // the deadline stays, as above
        end = null;
        context.counters()
                .counter("net_handshakes_early", "endpoint", settings.name())
                .increment();
        if (LOG.isDebugEnabled() && context.lines().mayWrite(context.clock().now())) {
            LOG.debug(
                    "event=net-connection-early code={} listener={} source={}",
                    NetErrorCode.CLIENT_EARLY.code(),
                    settings.name(),
                    remote.getAddress().getHostAddress());
        }
    }

    private void stopTimer() {
        Future<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
            deadline = null; // this stays as long as the connection does
        }
    }
}
