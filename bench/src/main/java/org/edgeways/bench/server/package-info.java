/** The servers that are measured: how they are started, pinned, and what they use. */
@org.jspecify.annotations.NullMarked
package org.edgeways.bench.server;
