/** Digest authentication for SIP, both sides: RFC 3261 section 22 with RFC 7616 and RFC 8760. */
@NullMarked
package org.edgeways.sip.digest;

import org.jspecify.annotations.NullMarked;
