package org.edgeways.link.engine;

/** What kind of traffic a stream carries. The two are kept on connections of their own while there is more than one. */
public enum TrafficClass {
    /** Short exchanges and meeting WebSockets, where somebody waits. */
    INTERACTIVE,
    /** Large transfers, which may fill a connection. */
    BULK
}
