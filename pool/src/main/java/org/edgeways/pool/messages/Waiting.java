package org.edgeways.pool.messages;

/**
 * What waits for one person.
 *
 * @param messages how many messages
 * @param bytes how long they are together
 */
public record Waiting(String recipient, long messages, long bytes) {}
