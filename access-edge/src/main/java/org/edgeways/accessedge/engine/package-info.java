/**
 * The Access Edge's decisions and edits, without I/O, threads, clock or randomness of its own: who may send what, where
 * it goes, what is removed and what is hidden. The driver is {@link org.edgeways.accessedge}.
 */
@NullMarked
package org.edgeways.accessedge.engine;

import org.jspecify.annotations.NullMarked;
