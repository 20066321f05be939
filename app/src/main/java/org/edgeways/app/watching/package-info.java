/** Counters and health over HTTP, on a listener of their own. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.watching;
