/** The commands of the program. */
@org.jspecify.annotations.NullMarked
package org.edgeways.app.command;
