@org.jspecify.annotations.NullMarked
package org.edgeways.pool.relay;
