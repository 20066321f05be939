/** The kinds of settings, each an immutable record that explains its keys. */
@org.jspecify.annotations.NullMarked
package org.edgeways.settings.kind;
