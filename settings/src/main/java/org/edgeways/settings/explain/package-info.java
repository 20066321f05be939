/** Settings explained, from the same descriptions by which they are read. */
@org.jspecify.annotations.NullMarked
package org.edgeways.settings.explain;
