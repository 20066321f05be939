/** What both ends of a joining know: the bundle, its secret, and why a joining fails. */
@NullMarked
package org.edgeways.joining;

import org.jspecify.annotations.NullMarked;
