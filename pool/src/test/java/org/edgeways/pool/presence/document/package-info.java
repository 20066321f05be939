@NullMarked
package org.edgeways.pool.presence.document;

import org.jspecify.annotations.NullMarked;
