/** The inside end of the links alone, as a SIP hop in front of an existing SIP server. */
@NullMarked
package org.edgeways.connector;

import org.jspecify.annotations.NullMarked;
