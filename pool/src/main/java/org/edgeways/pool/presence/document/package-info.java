/**
 * The documents of event notification as pure functions: bytes in, values out, and the other way round. Presence documents
 * (RFC 3863 with RFC 4479 and 4480) are read and composed; watcher information (RFC 3858), registration information (RFC
 * 3680), resource lists (RFC 4662) and message summaries (RFC 3842) are written.
 */
@NullMarked
package org.edgeways.pool.presence.document;

import org.jspecify.annotations.NullMarked;
