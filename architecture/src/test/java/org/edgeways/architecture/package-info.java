/** Rules that Maven cannot hold: which room may use which, what an engine must not call, no state in statics. */
@org.jspecify.annotations.NullMarked
package org.edgeways.architecture;
