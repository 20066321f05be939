package org.edgeways.link;

import java.time.Duration;

/**
 * Limits of each connection of the Link and of what runs on it.
 *
 * @param streams at once on one connection; default 128. More are not opened by the edge and refused by the inside
 * @param streamsOfOneService of one edge node to one service, on all its connections together; default 256, a third of what
 *     nginx takes as Debian ships it, so that one node does not shut the others out. As many connections to its origin
 * @param streamWindowBytes that may come on a stream before its reader takes them; default 256 KiB
 * @param connectionWindowBytes the same for all streams of a connection together; default 64 MiB. At least twice what
 *     all streams' windows hold, so that readers that have stopped never hold up the others: a window is renewed only
 *     when half of it was used. What waits is bounded by the streams' windows already: 32 MiB
 * @param headerListBytes of the fields of a request or response; default 32 KiB
 * @param streamIdle how long nothing may move on a stream; default 5 min
 * @param originConnect how long connecting to an origin may take; default 10 s
 * @param originAnswer from the end of the request to the head of the response; default 60 s
 * @param controlMessageBytes of one control message; default 4 MiB
 * @param controlTakenBytes of one control message that the inside takes from an edge node; default 256 KiB
 * @param controlQueueBytes that may wait for the other end of a control stream; default 16 MiB
 * @param connectionsOfOneInside that an edge accepts; default 64
 */
public record LinkLimits(
        int streams,
        int streamsOfOneService,
        int streamWindowBytes,
        int connectionWindowBytes,
        int headerListBytes,
        Duration streamIdle,
        Duration originConnect,
        Duration originAnswer,
        int controlMessageBytes,
        int controlTakenBytes,
        int controlQueueBytes,
        int connectionsOfOneInside) {

    /** What HTTP/2 begins with on every connection and stream (RFC 9113 section 6.9.2). */
    private static final int FIRST_WINDOW = 65_535;

    /** The defaults named above. */
    public static final LinkLimits DEFAULT = new LinkLimits(
            128,
            256,
            256 * 1024,
            64 * 1024 * 1024,
            32 * 1024,
            Duration.ofMinutes(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            4 * 1024 * 1024,
            256 * 1024,
            16 * 1024 * 1024,
            64);

    public LinkLimits {
        if (streams < 2
                || streamsOfOneService < 1
                || streamWindowBytes < 1024
                || headerListBytes < 1024
                || connectionsOfOneInside < 1) {
            throw new IllegalArgumentException("limits are too low to carry anything");
        }
        if (connectionWindowBytes < FIRST_WINDOW || connectionWindowBytes < 2L * streams * streamWindowBytes) {
            throw new IllegalArgumentException("the window of a connection must hold those of all its streams twice");
        }
        if (!streamIdle.isPositive() || !originConnect.isPositive() || !originAnswer.isPositive()) {
            throw new IllegalArgumentException("times must be positive");
        }
        if (controlMessageBytes < 1 || controlTakenBytes < 1 || controlQueueBytes < controlMessageBytes) {
            throw new IllegalArgumentException("the control queue must hold a message");
        }
    }

    /** The same with other limits of streams; the connection's window becomes what they need. */
    public LinkLimits withStreams(int count, int windowBytes) {
        return new LinkLimits(
                count,
                streamsOfOneService,
                windowBytes,
                Math.max(FIRST_WINDOW, Math.multiplyExact(2 * count, windowBytes)),
                headerListBytes,
                streamIdle,
                originConnect,
                originAnswer,
                controlMessageBytes,
                controlTakenBytes,
                controlQueueBytes,
                connectionsOfOneInside);
    }

    /** The same with another number of streams of one edge node to one service. */
    public LinkLimits withStreamsOfOneService(int count) {
        return new LinkLimits(
                streams,
                count,
                streamWindowBytes,
                connectionWindowBytes,
                headerListBytes,
                streamIdle,
                originConnect,
                originAnswer,
                controlMessageBytes,
                controlTakenBytes,
                controlQueueBytes,
                connectionsOfOneInside);
    }

    /** The same with other patience. */
    public LinkLimits withPatience(Duration idle, Duration connect, Duration answer) {
        return new LinkLimits(
                streams,
                streamsOfOneService,
                streamWindowBytes,
                connectionWindowBytes,
                headerListBytes,
                idle,
                connect,
                answer,
                controlMessageBytes,
                controlTakenBytes,
                controlQueueBytes,
                connectionsOfOneInside);
    }

    /** The same with another number of connections of one inside. */
    public LinkLimits withConnectionsOfOneInside(int count) {
        return new LinkLimits(
                streams,
                streamsOfOneService,
                streamWindowBytes,
                connectionWindowBytes,
                headerListBytes,
                streamIdle,
                originConnect,
                originAnswer,
                controlMessageBytes,
                controlTakenBytes,
                controlQueueBytes,
                count);
    }

    /** The same with other bounds of control streams. */
    public LinkLimits withControl(int messageBytes, int queueBytes) {
        return new LinkLimits(
                streams,
                streamsOfOneService,
                streamWindowBytes,
                connectionWindowBytes,
                headerListBytes,
                streamIdle,
                originConnect,
                originAnswer,
                messageBytes,
                Math.min(messageBytes, controlTakenBytes),
                queueBytes,
                connectionsOfOneInside);
    }
}
