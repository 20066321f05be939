/** The load generator: callers, answerers, and what they counted. */
@org.jspecify.annotations.NullMarked
package org.edgeways.bench.load;
