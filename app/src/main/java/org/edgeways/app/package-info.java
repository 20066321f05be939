/** The program: its command line, its configuration, its wiring, and the demo. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app;
