@org.jspecify.annotations.NullMarked
package org.edgeways.testkit.powercut;
