/** Cutting a byte stream into SIP messages and keep-alives, and answering what cannot be read. */
@NullMarked
package org.edgeways.sip.framing;

import org.jspecify.annotations.NullMarked;
