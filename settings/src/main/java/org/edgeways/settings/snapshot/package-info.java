/** What one edge node is told of the settings, and nothing more. */
@org.jspecify.annotations.NullMarked
package org.edgeways.settings.snapshot;
