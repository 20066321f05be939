/** HTTP as the Link passes it on: every message is read strictly and written anew. */
@NullMarked
package org.edgeways.link.http;

import org.jspecify.annotations.NullMarked;
