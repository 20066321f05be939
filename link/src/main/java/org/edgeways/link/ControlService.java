package org.edgeways.link;

/**
 * What takes control streams, the same at both ends. There is one long-lived control stream between an inside and an edge
 * node; it carries whole messages both ways, and what they say is none of the Link's business. When its connection is lost
 * another one is opened, and {@link #opened} is called again; the new one may be told before the old one's end.
 *
 * <p>Calls come on the event loop of the connection and must not block.
 */
public interface ControlService {

    /** A control stream is up. */
    ControlSession opened(ControlPeer peer);
}
