/** The inside's part that decides about edge nodes, and an edge node's part that listens to it, wired together. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.perimeter;
