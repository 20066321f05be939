/** Administration of a running pool over a Unix-domain socket. */
@NullMarked
package org.edgeways.pool.admin;

import org.jspecify.annotations.NullMarked;
