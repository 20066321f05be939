/** Configuration files: strict JSON into records, every problem reported with its place. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.config;
