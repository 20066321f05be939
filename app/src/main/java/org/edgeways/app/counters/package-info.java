/** The counters of all rooms, bound to Micrometer and readable over a socket in the data directory. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.counters;
