package org.edgeways.net.port;

import org.edgeways.base.Counters;
import org.edgeways.base.LineRate;
import org.edgeways.net.EventLoops;
import org.edgeways.net.ProcessClock;

/**
 * What the listeners of one process or role share.
 *
 * @param loops where connections live
 * @param lines how many log lines strangers may cause
 */
public record PortContext(EventLoops loops, ProcessClock clock, Counters counters, LineRate lines) {}
