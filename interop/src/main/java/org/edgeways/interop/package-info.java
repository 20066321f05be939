/**
 * Drivers for programs that we did not write: each starts its program as a subprocess in a directory of its own, feeds it
 * commands, waits for what it says with a deadline, and always stops it.
 */
@NullMarked
package org.edgeways.interop;

import org.jspecify.annotations.NullMarked;
