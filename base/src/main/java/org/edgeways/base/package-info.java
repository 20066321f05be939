/** What every room shares: error codes, results, limits, counters, source networks and the timer queue. */
@NullMarked
package org.edgeways.base;

import org.jspecify.annotations.NullMarked;
