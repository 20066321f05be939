/** SIP messages and their parts (RFC 3261 sections 7, 19, 20 and 25): reading, editing by slices, writing. */
@NullMarked
package org.edgeways.sip.message;

import org.jspecify.annotations.NullMarked;
