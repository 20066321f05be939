package org.edgeways.net.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Any bytes as the beginning of a connection, before TLS and after it: however they are cut the decision is the same, it
 * comes within its bound, and a client that may be a browser never gets what asks for a certificate.
 */
public final class PortTarget {

    private static final int SMALL = 300;

    private static final Demultiplexer PORT = new Demultiplexer(List.of(
            new Demultiplexer.Entry("sip", List.of("sip/2"), Set.of(Content.SIP), false),
            new Demultiplexer.Entry("web", List.of("http/1.1"), Set.of(Content.HTTP_1, Content.HTTP_2), false),
            new Demultiplexer.Entry("link", List.of("edgeways-link/1", "h2"), Set.of(), true)));

    private PortTarget() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        SplittableRandom random = new SplittableRandom(Arrays.hashCode(data));
        for (int limit : new int[] {ClientHelloReader.DEFAULT_LIMIT_BYTES, SMALL}) {
            ClientHelloReader.Progress whole = read(data, limit, random, Integer.MAX_VALUE);
            same(read(data, limit, random, 1), whole);
            same(read(data, limit, random, 2 + random.nextInt(50)), whole);
            if (data.length > limit) {
                that(!whole.equals(new ClientHelloReader.Progress.More()), "past the limit more is asked for");
            }
            if (whole instanceof ClientHelloReader.Progress.Complete(ClientHello hello)) {
                choose(hello);
            }
        }
        judge(data);
        that(
                !RawProtocol.isBrowsing(data) || RawProtocol.of(data[0]) == RawProtocol.OTHER,
                "what is served is taken for a page that is asked for in the clear");
    }

    private static ClientHelloReader.Progress read(byte[] data, int limit, SplittableRandom random, int largest) {
        ClientHelloReader reader = new ClientHelloReader(limit);
        ClientHelloReader.Progress progress = new ClientHelloReader.Progress.More();
        for (int at = 0; at < data.length; ) {
            int length = largest == Integer.MAX_VALUE
                    ? data.length
                    : Math.min(1 + random.nextInt(largest), data.length - at);
            progress = reader.feed(data, at, length);
            at += length;
        }
        return progress;
    }

    private static void choose(ClientHello hello) {
        if (PORT.choose(hello) instanceof Demultiplexer.Choice.Named(Demultiplexer.Entry entry, String name)) {
            that(hello.applicationProtocols().contains(name), "not offered: " + name);
            that(!(hello.offersWeb() && entry.asksForCertificate()), "a browser is asked for a certificate");
        }
    }

    private static void judge(byte[] data) {
        Demultiplexer.Verdict decided = null;
        for (int length = 0; length <= Math.min(data.length, 2 * FirstBytes.LIMIT_BYTES); length++) {
            Demultiplexer.Verdict verdict = PORT.judge(data, length);
            if (decided != null) {
                same(verdict, decided);
            } else if (!verdict.equals(new Demultiplexer.Verdict.More())) {
                decided = verdict;
            }
            that(decided != null || length < FirstBytes.LIMIT_BYTES, "no decision after " + length + " bytes");
        }
    }

    private static void same(Object actual, Object expected) {
        that(actual.equals(expected), actual + " is not " + expected);
    }

    private static void that(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }
}
