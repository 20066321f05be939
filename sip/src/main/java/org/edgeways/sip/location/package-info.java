/** Where a SIP URI is to be sent: the choice of transport, address and port, and failover, of RFC 3263. */
@NullMarked
package org.edgeways.sip.location;

import org.jspecify.annotations.NullMarked;
