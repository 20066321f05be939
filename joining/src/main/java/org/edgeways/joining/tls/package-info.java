/** The TLS connections of a joining: the node waits on its inside leg, the inside dials it. */
@NullMarked
package org.edgeways.joining.tls;

import org.jspecify.annotations.NullMarked;
