/** Scenarios that people outside and inside play against a running demo, through its real listeners. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.check;
