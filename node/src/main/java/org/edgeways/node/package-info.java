/** The edge node's end of joining and control. It knows no database and cannot sign anything. */
@NullMarked
package org.edgeways.node;

import org.jspecify.annotations.NullMarked;
