/** SIP over TLS, TCP and WebSocket: connections, listeners, dialers, and the drivers of engines. */
@NullMarked
package org.edgeways.siptransport;

import org.jspecify.annotations.NullMarked;
