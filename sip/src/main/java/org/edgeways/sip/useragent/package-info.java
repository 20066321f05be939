/** A user agent as an engine: registration, messages, dialogs and calls (RFC 3261 sections 8 to 15, RFC 3428, RFC 5626). */
@NullMarked
package org.edgeways.sip.useragent;

import org.jspecify.annotations.NullMarked;
