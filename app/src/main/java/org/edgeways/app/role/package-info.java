/** Pool and edge as they run in a process: from a configuration to something that listens. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.role;
