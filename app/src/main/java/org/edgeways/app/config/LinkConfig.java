package org.edgeways.app.config;

import org.edgeways.link.LinkLimits;
import org.edgeways.link.engine.LinkTimes;
import org.edgeways.settings.kind.LinkStreams;

/** What one end of the Link is set to. */
public record LinkConfig(LinkLimits limits, LinkTimes times) {

    /** Where nothing is said. */
    public static final LinkConfig USUAL = new LinkConfig(LinkLimits.DEFAULT, LinkTimes.DEFAULT);

    /** That of a pool or connector. */
    public static LinkConfig of(LinkStreams.Inside said) {
        return new LinkConfig(
                LinkLimits.DEFAULT
                        .withStreams(said.streams(), said.streamWindowBytes())
                        .withStreamsOfOneService(said.streamsOfOneService())
                        .withPatience(said.streamIdle(), said.originConnect(), said.originAnswer()),
                LinkTimes.DEFAULT.withPings(said.ping(), said.pong()));
    }

    /** That of an edge node, which connects to no origin. */
    public static LinkConfig of(LinkStreams.Edge said) {
        LinkLimits usual = LinkLimits.DEFAULT;
        return new LinkConfig(
                usual.withStreams(said.streams(), said.streamWindowBytes())
                        .withPatience(said.streamIdle(), usual.originConnect(), usual.originAnswer())
                        .withConnectionsOfOneInside(said.connectionsOfOneInside()),
                LinkTimes.DEFAULT.withPings(said.ping(), said.pong()));
    }
}
