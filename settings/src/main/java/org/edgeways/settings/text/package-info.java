/** Texts that people and programs write: YAML and JSON as trees whose every part knows its line, and what is wrong with them. */
@org.jspecify.annotations.NullMarked
package org.edgeways.settings.text;
