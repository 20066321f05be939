package org.edgeways.sip.transaction;

/**
 * One open connection (or, over UDP, one pair of addresses), as its driver numbers it. A number is never used again in
 * one process.
 *
 * @param id the number
 */
public record Flow(long id) {}
