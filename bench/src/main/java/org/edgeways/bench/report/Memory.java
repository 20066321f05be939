package org.edgeways.bench.report;

/**
 * Memory of one server with idle signed-in connections.
 *
 * @param server its name
 * @param connections how many
 * @param mebibytes resident in all
 * @param kibPerConnection how much more than without them, per connection
 */
public record Memory(String server, int connections, double mebibytes, double kibPerConnection) {}
