/** Fuzzing with Jazzer: corpora as regression tests, and long runs in processes of their own. */
@org.jspecify.annotations.NullMarked
package org.edgeways.testkit.fuzz;
