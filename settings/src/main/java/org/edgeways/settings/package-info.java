/** Settings: a consistent set of documents, read from a directory, all or nothing. */
@org.jspecify.annotations.NullMarked
package org.edgeways.settings;
