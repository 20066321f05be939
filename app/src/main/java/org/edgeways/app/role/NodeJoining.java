package org.edgeways.app.role;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.edgeways.app.failure.AppErrorCode;
import org.edgeways.app.failure.AppFailure;
import org.edgeways.base.Counters;
import org.edgeways.base.IoReason;
import org.edgeways.base.Result;
import org.edgeways.joining.Bundle;
import org.edgeways.joining.BundleCodec;
import org.edgeways.joining.JoinErrorCode;
import org.edgeways.joining.tls.JoinWaiter;
import org.edgeways.net.ProcessClock;
import org.edgeways.node.NodeFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code edgeways edge --join}: makes this host a node, with a bundle that was made inside. */
public final class NodeJoining {

    private static final String ANOTHER = "Make another bundle inside: edgeways node enroll NAME";

    private static final Logger LOG = LoggerFactory.getLogger(NodeJoining.class);

    private NodeJoining() {}

    /**
     * Waits until the inside has dialled and let this host in, and what came is kept.
     *
     * @param data the data directory, which is there
     * @param say tells a person how it goes
     * @throws AppFailure if the bundle cannot be used, the data directory is of a node already, or the bundle's time is over
     */
    public static void join(
            Path file, Path data, ProcessClock clock, SecureRandom random, Counters counters, Consumer<String> say) {
        NodeFiles files = new NodeFiles(data);
        if (files.hasJoined()) {
            throw new AppFailure(
                    AppErrorCode.NOT_JOINED,
                    data + " belongs to a node that has joined",
                    "Start it without --join: edgeways edge --data " + data
                            + "\nOr choose another directory, or empty this one to begin anew.");
        }
        Bundle bundle = here(read(file), say);
        try (JoinWaiter waiter = JoinWaiter.open(bundle, clock, random, counters, (membership, identity) -> {
            files.keepLeg(bundle.listen());
            files.keep(membership, identity);
        })) {
            say.accept("Waiting as node " + bundle.node() + " on "
                    + bundle.listen().getAddress().getHostAddress() + " port "
                    + bundle.listen().getPort() + " until " + bundle.expires() + " for the inside to dial.");
            switch (waiter.outcome().get()) {
                case JoinWaiter.Outcome.Joined joined ->
                    say.accept("This is node " + joined.membership().node() + " now; its certificate ends "
                            + joined.identity().leaf().getNotAfter().toInstant() + ".");
                case JoinWaiter.Outcome.Failed(JoinErrorCode code) -> throw refused(code, bundle);
            }
        } catch (IOException e) {
            throw new AppFailure(
                    AppErrorCode.PORT_TAKEN,
                    "cannot wait on port " + bundle.listen().getPort() + ": " + IoReason.of(e),
                    "The address and port of the inside leg are in the node's settings inside.",
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the outcome is always a value", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(JoinErrorCode.CUT, bundle);
        }
    }

    /** Waits on the address that the bundle says, and on all only if it says none or none of this host: that is told. */
    static Bundle here(Bundle bundle, Consumer<String> say) {
        InetAddress address = bundle.listen().getAddress();
        if (!address.isAnyLocalAddress()) {
            try {
                if (NetworkInterface.getByInetAddress(address) != null) {
                    return bundle;
                }
            } catch (SocketException e) {
                return bundle; // then binding tells what is wrong
            }
        }
        say.accept((address.isAnyLocalAddress()
                        ? "The settings say no address of the inside leg"
                        : address.getHostAddress() + " is no address of this host")
                + ": waiting on all addresses. Let only the inside reach port "
                + bundle.listen().getPort() + ", or say insideLeg.addresses in the node's settings and enroll anew.");
        return new Bundle(
                bundle.node(),
                bundle.enrolment(),
                bundle.authority(),
                bundle.secret(),
                bundle.expires(),
                new InetSocketAddress(bundle.listen().getPort()));
    }

    private static AppFailure refused(JoinErrorCode code, Bundle bundle) {
        LOG.error("event=node-not-joined code={} node={}: {}", code.code(), bundle.node(), code.meaning());
        return new AppFailure(
                AppErrorCode.NOT_JOINED,
                "the node cannot join: " + code.meaning() + " (" + code.code() + ")",
                "Make another bundle inside: edgeways node enroll " + bundle.node());
    }

    private static Bundle read(Path file) {
        try {
            if (Files.size(file) > BundleCodec.MAX_LENGTH) {
                throw new AppFailure(AppErrorCode.NOT_JOINED, file + " is no bundle: too long", ANOTHER);
            }
            return switch (BundleCodec.decode(Files.readString(file, StandardCharsets.US_ASCII))) {
                case Result.Ok<Bundle>(Bundle bundle) -> bundle;
                case Result.Bad<Bundle> bad ->
                    throw new AppFailure(AppErrorCode.NOT_JOINED, file + " is no bundle: " + bad.reason(), ANOTHER);
            };
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** The file is made for its writer alone, and a service runs as somebody else. */
    static AppFailure unreadable(IOException e) {
        return new AppFailure(
                AppErrorCode.NOT_JOINED,
                "the bundle cannot be read: " + IoReason.of(e),
                IoReason.isDenied(e)
                        ? "Give the file to the user who runs this: chown it, and have it where that user may read."
                        : "Give --join the file that edgeways node enroll wrote.",
                e);
    }
}
