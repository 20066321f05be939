/** Event loops, clock, TLS, certificates, who a peer is, and admission at accept. */
@NullMarked
package org.edgeways.net;

import org.jspecify.annotations.NullMarked;
