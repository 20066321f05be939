package org.edgeways.settings.kind;

import java.time.Duration;
import org.edgeways.settings.form.Key;

/** Limits of one end of the Link, which carries settings and services; what each end bears is its own. */
public final class LinkStreams {

    private LinkStreams() {}

    /** The end of a pool or connector, which dials. */
    public record Inside(
            @Key(
                    says = "Streams at once on one connection; more are refused.",
                    usual = "128",
                    least = "2",
                    most = "1000",
                    restart = true)
            int streams,

            @Key(
                    says =
                            "Streams of one edge node to one service at once, on all its connections together, each with a connection"
                                    + " to the service's origin; past it 503.",
                    usual = "256",
                    least = "1",
                    most = "100000",
                    restart = true)
            int streamsOfOneService,

            @Key(
                    says =
                            "Bytes of a stream that may come before its reader takes them; a connection bears twice that for all its"
                                    + " streams.",
                    usual = "262144",
                    least = "16384",
                    most = "1000000",
                    restart = true)
            int streamWindowBytes,

            @Key(
                    says = "How long nothing may move on a stream.",
                    usual = "5m",
                    least = "1s",
                    most = "1d",
                    restart = true)
            Duration streamIdle,

            @Key(
                    says = "How long connecting to the origin of a service may take.",
                    usual = "10s",
                    least = "1s",
                    most = "10m",
                    restart = true)
            Duration originConnect,

            @Key(
                    says = "How long a service may take from the end of a request to the head of its answer.",
                    usual = "60s",
                    least = "1s",
                    most = "1h",
                    restart = true)
            Duration originAnswer,

            @Key(
                    says = "How long nothing may have come on a connection before it is pinged.",
                    usual = "5s",
                    least = "1s",
                    most = "1h",
                    restart = true)
            Duration ping,

            @Key(
                    says = "How long nothing may come after a ping; then the connection is dialled anew.",
                    usual = "5s",
                    least = "1s",
                    most = "1h",
                    restart = true)
            Duration pong) {}

    /** The end of an edge node, which asks. */
    public record Edge(
            @Key(
                    says = "Streams at once on one connection; no more are opened.",
                    usual = "128",
                    least = "2",
                    most = "1000",
                    restart = true)
            int streams,

            @Key(
                    says =
                            "Bytes of a stream that may come before its reader takes them; a connection bears twice that for all its"
                                    + " streams.",
                    usual = "262144",
                    least = "16384",
                    most = "1000000",
                    restart = true)
            int streamWindowBytes,

            @Key(
                    says = "How long nothing may move on a stream.",
                    usual = "5m",
                    least = "1s",
                    most = "1d",
                    restart = true)
            Duration streamIdle,

            @Key(
                    says = "Connections that one pool or connector may have open.",
                    usual = "64",
                    least = "1",
                    most = "1000",
                    restart = true)
            int connectionsOfOneInside,

            @Key(
                    says = "How long nothing may have come on a connection before it is pinged.",
                    usual = "5s",
                    least = "1s",
                    most = "1h",
                    restart = true)
            Duration ping,

            @Key(
                    says = "How long nothing may come after a ping; then the connection is closed.",
                    usual = "5s",
                    least = "1s",
                    most = "1h",
                    restart = true)
            Duration pong) {}
}
