/** The command {@code bench}: what is measured, in which order, and how it is told. */
@org.jspecify.annotations.NullMarked
package org.edgeways.bench;
