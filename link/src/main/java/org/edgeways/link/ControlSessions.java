package org.edgeways.link;

import io.netty.channel.Channel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.edgeways.link.engine.LinkErrorCode;

/** The control streams at the inside: one of each node, the newest. */
final class ControlSessions {

    private final ControlService service;
    private final Map<String, ControlStream> byNode = new ConcurrentHashMap<>();

    ControlSessions(ControlService service) {
        this.service = service;
    }

    /** Begins one, in the place of an older one of the same node. */
    ControlStream start(LinkConnection connection, Channel channel, LinkLimits limits) {
        String node = InsideStreams.nodeOf(connection);
        ControlStream stream = new ControlStream(
                channel,
                connection.peer(),
                limits,
                limits.controlTakenBytes(),
                service,
                ended -> byNode.remove(node, ended));
        ControlStream older = byNode.put(node, stream);
        if (older != null) {
            older.close(LinkErrorCode.CONTROL_REPLACED.meaning());
        }
        return stream;
    }
}
