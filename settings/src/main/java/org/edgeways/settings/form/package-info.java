/**
 * Records whose components say of themselves what they mean, what they may be and what they are when nothing is said.
 * From that one description a record is read out of YAML or JSON, written as JSON, and explained: as JSON Schema and as a page.
 */
@org.jspecify.annotations.NullMarked
package org.edgeways.settings.form;
