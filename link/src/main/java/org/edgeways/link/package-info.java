/**
 * The Link: HTTP/2 between edge and inside on connections that the inside opens, with the edge as the client.
 */
@NullMarked
package org.edgeways.link;

import org.jspecify.annotations.NullMarked;
