package org.edgeways.joining.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLSocket;
import org.edgeways.base.IoReason;
import org.edgeways.base.LogText;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.joining.engine.InsideJoin;
import org.edgeways.joining.engine.Offer;
import org.edgeways.net.SigningRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inside's end of one bundle: it dials the node's inside leg, with growing pauses, for as long as somebody may wait there
 * with the bundle, and lets in whom the desk admits. On a virtual thread of its own.
 */
public final class JoinDialer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JoinDialer.class);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** How long closing waits for the thread: a name that is just being looked up cannot be interrupted. */
    private static final Duration END = Duration.ofSeconds(5);

    /** Whether to dial. */
    public sealed interface Wish {
        /** There; a name is looked up. */
        record Dial(InetSocketAddress target) implements Wish {}

        /** Perhaps after the next pause. */
        record Later() implements Wish {}

        /** The bundle is forgotten: the dialler ends. */
        record Never() implements Wish {}
    }

    /** Who decides; called on the dialler's thread, may block. */
    public interface Desk {

        /** Whether somebody may wait with the bundle. */
        Wish wish();

        /** Whether who has proved the secret may join. */
        Decision decide(SigningRequest request);

        /**
         * An exchange has ended. Of one that has not come to {@link #decide} it is told only if the two ends have spoken.
         *
         * @param failure null if the node has joined and has what it got on its disk; {@link JoinErrorCode#CUT} also if it was admitted
         *     and nobody knows whether it has heard so
         */
        void ended(@Nullable JoinErrorCode failure);
    }

    /** What the desk says. */
    public sealed interface Decision {
        /**
         * Yes.
         *
         * @param chain the node's certificate first, the authority's last
         * @param snapshotKeys as X.509 SubjectPublicKeyInfo
         */
        record Admitted(List<X509Certificate> chain, List<byte[]> snapshotKeys) implements Decision {}

        /** No. */
        record Refused(JoinErrorCode code) implements Decision {}
    }

    /**
     * Who dials.
     *
     * @param offer the bundle
     * @param authority its certificate
     * @param prove signs with the authority's key
     * @param firstPause before the second attempt, at most; doubled from then on
     * @param longestPause between two attempts, at most
     */
    public record Place(
            Offer offer,
            X509Certificate authority,
            UnaryOperator<byte[]> prove,
            Duration firstPause,
            Duration longestPause) {

        /** With pauses from a tenth of a second to ten seconds. */
        public static Place of(Offer offer, X509Certificate authority, UnaryOperator<byte[]> prove) {
            return new Place(offer, authority, prove, Duration.ofMillis(100), Duration.ofSeconds(10));
        }
    }

    private final Place place;
    private final Desk desk;
    private final LongSupplier clock;
    private final RandomGenerator random;
    private final Patience patience = new Patience();
    private final Thread thread;
    private String lastProblem = "";
    /** Of the exchange that runs: a certificate was issued in it. */
    private boolean admitted;

    private JoinDialer(Place place, Desk desk, LongSupplier clock, RandomGenerator random) {
        this.place = place;
        this.desk = desk;
        this.clock = clock;
        this.random = random;
        this.thread = Thread.ofVirtual().name("join " + place.offer().node()).unstarted(this::run);
    }

    /**
     * Starts to dial.
     *
     * @param clock nanoseconds since 1970
     */
    public static JoinDialer start(Place place, Desk desk, LongSupplier clock, RandomGenerator random) {
        JoinDialer dialer = new JoinDialer(place, desk, clock, random);
        dialer.thread.start();
        return dialer;
    }

    private void run() {
        try {
            int failures = 0;
            while (true) {
                switch (desk.wish()) {
                    case Wish.Never _ -> {
                        return;
                    }
                    case Wish.Dial(InetSocketAddress target) -> failures = attempt(target) ? 0 : failures + 1;
                    case Wish.Later _ -> failures = failures + 1;
                }
                Thread.sleep(pause(failures)); // a virtual thread of its own; close() interrupts it
            }
        } catch (InterruptedException closed) {
            LOG.debug("event=join-dialler-closed node={}", place.offer().node());
        } finally {
            patience.close();
        }
    }

    /** Between half of the bound and the whole of it. */
    private Duration pause(int failures) {
        long bound = Math.min(place.longestPause().toNanos(), place.firstPause().toNanos() << Math.min(failures, 20));
        return Duration.ofNanos((long) (bound * (0.5 + random.nextDouble() / 2)));
    }

    /** True if the node has joined. */
    private boolean attempt(InetSocketAddress named) throws InterruptedException {
        InetSocketAddress target =
                named.isUnresolved() ? new InetSocketAddress(named.getHostString(), named.getPort()) : named;
        JoinErrorCode failure;
        admitted = false;
        try (SocketChannel channel = SocketChannel.open()) {
            if (target.isUnresolved()) {
                throw new IOException("there is no address for " + target.getHostString());
            }
            Future<?> bound = patience.with(channel);
            try {
                channel.socket().connect(target, (int) CONNECT_TIMEOUT.toMillis());
                failure = exchange(channel, target);
            } finally {
                bound.cancel(false);
            }
        } catch (IOException e) {
            if (admitted) {
                desk.ended(JoinErrorCode.CUT); // also while it is being closed: the node may have what it was sent
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            if (!admitted) {
                unreachable(named, IoReason.of(e));
            }
            return false;
        }
        lastProblem = "";
        desk.ended(failure);
        return failure == null;
    }

    /** Nobody waits there yet: that is how it begins, and worth a line once. */
    private void unreachable(InetSocketAddress target, String why) {
        if (!why.equals(lastProblem)) {
            LOG.info(
                    "event=join-node-not-there code={} node={} target={} reason=\"{}\"",
                    JoinErrorCode.NODE_NOT_THERE.code(),
                    place.offer().node(),
                    target,
                    LogText.clean(why));
        }
        lastProblem = why;
    }

    private @Nullable JoinErrorCode exchange(SocketChannel channel, InetSocketAddress target) throws IOException {
        try (SSLSocket socket = JoinTls.client(channel, target.getHostString(), target.getPort())) {
            byte[] binding = JoinTls.handshake(socket);
            InsideJoin join = new InsideJoin(place.offer(), binding, clock.getAsLong());
            Deque<InsideJoin.Step> steps = new ArrayDeque<>(join.start(place.authority(), place.prove()));
            while (true) {
                while (!steps.isEmpty()) {
                    switch (steps.remove()) {
                        case InsideJoin.Step.Send(byte[] bytes) -> JoinTls.write(socket, bytes);
                        case InsideJoin.Step.Decide(SigningRequest request) ->
                            steps.addAll(
                                    switch (desk.decide(request)) {
                                        case Decision.Admitted granted -> {
                                            admitted = true;
                                            yield join.admitted(granted.chain(), granted.snapshotKeys());
                                        }
                                        case Decision.Refused refused -> join.refused(refused.code());
                                    });
                        case InsideJoin.Step.Ended ended -> {
                            return ended.failure();
                        }
                    }
                }
                byte[] bytes = JoinTls.read(socket);
                long now = clock.getAsLong();
                steps.addAll(
                        now >= join.nextDeadline()
                                ? join.due(now)
                                : bytes.length == 0 ? join.cut() : join.received(bytes, now));
            }
        }
    }

    /**
     * Dials no more. When this returns, the desk is not asked any more: what it is just being told it can still record, for as
     * long as {@link #END} at most.
     */
    @Override
    public void close() {
        thread.interrupt();
        try {
            if (!thread.join(END)) {
                LOG.warn(
                        "event=join-dialler-left code={} node={}",
                        JoinErrorCode.INSIDE_FAILED.code(),
                        place.offer().node());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
