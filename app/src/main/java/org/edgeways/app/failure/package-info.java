/** How a command ends when it cannot do what it was asked. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.failure;
