/** Listeners that several protocols share. */
@org.jspecify.annotations.NullMarked
package org.edgeways.net.port;
