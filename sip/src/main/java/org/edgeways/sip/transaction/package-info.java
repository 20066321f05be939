/**
 * The transaction machines of RFC 3261 section 17 with RFC 6026 and RFC 4320, in virtual time: messages, commands and
 * timeouts go in together with {@code now}; transmissions and calls of the transaction user come out.
 */
@NullMarked
package org.edgeways.sip.transaction;

import org.jspecify.annotations.NullMarked;
