/**
 * Sealed tokens: what the perimeter writes into addresses so that it need not remember. Keys with ids and rotation,
 * sealing bound to a purpose, and the compact encodings of what is sealed; signed snapshots; credentials for relays. Pure,
 * except {@link org.edgeways.tokens.KeyringFile}, which reads and writes one file.
 */
@NullMarked
package org.edgeways.tokens;

import org.jspecify.annotations.NullMarked;
