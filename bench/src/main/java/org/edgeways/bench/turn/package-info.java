/** The load generator for relays: clients with allocations, and the peer. */
@org.jspecify.annotations.NullMarked
package org.edgeways.bench.turn;
