/** What the inside decides about its edge nodes: who belongs to it, what each is to do, and a record of all that happened. */
@NullMarked
package org.edgeways.control;

import org.jspecify.annotations.NullMarked;
