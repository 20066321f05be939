/** Where the connector sends what comes from the edge nodes and from the server, without I/O. */
@NullMarked
package org.edgeways.connector.engine;

import org.jspecify.annotations.NullMarked;
