/** Where log lines go. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.logs;
