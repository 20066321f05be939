/** What the parties of a conversation keep in mind: their dialogs (RFC 3261 section 12), which messages have come (RFC 3428). */
@NullMarked
package org.edgeways.sip.useragent;

import org.jspecify.annotations.NullMarked;
