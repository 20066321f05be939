package org.edgeways.control;

import java.time.Instant;
import org.edgeways.settings.control.ControlMessage;

/**
 * What a node has said of itself last.
 *
 * @param at when
 * @param version of its program
 * @param report what it said
 */
public record NodeReport(Instant at, String version, ControlMessage.Report report) {}
