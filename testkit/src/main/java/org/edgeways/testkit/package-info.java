/** Test support: leak detection, seeded generators, fakes. */
@NullMarked
package org.edgeways.testkit;

import org.jspecify.annotations.NullMarked;
