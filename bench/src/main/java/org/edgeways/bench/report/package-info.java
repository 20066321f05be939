/** Results: samples, their spread, and how they are written. */
@org.jspecify.annotations.NullMarked
package org.edgeways.bench.report;
